#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Draws the plots of docs/figures.md from its own tables: bars, as SVG, beside the page.

usage: plots.py             writes docs/figures-*.svg
       plots.py --check     fails, naming it, when one is not what the page's tables give
"""
import html
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = "docs/figures.md"
WIDTH, LABEL, BAR, STEP = 720, 250, 16, 22  # pixels: whole, room for names, a bar, from one to the next
COLOURS = {"ours": "#2f6f9f", "bound": "#b9c4cc", "peer": "#c97b2d"}
STYLE = "text{font:12px sans-serif;fill:#222}.t{font-weight:bold;font-size:13px}"


def block(page, preset, name):
    return page.partition(f"<!-- figures: {preset} {name} -->\n")[2].partition("<!-- end -->")[0]


def kind(who):
    if who.startswith(("noise_xk", "noise_transport", "DSoftBus")):
        return "ours"
    return "bound" if who.startswith(("bound", "the same", "ipsec-mb")) else "peer"


def host_rows(page, what):
    """(who, best) of one group of the Noise library's table."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")]
             for line in block(page, "host", "bench-noise").splitlines() if line.startswith("|")]
    return [(row[1], float(row[3]), kind(row[1])) for row in cells if row[0] == what]


def round_trip(page):
    """(function, instructions) of the kernel's profile, the most first; the rest in one."""
    profile = block(page, "os", "bench-kernel").partition("where a round trip of 64 bytes goes\n")[2]
    rows = [(name, int(count)) for count, name in re.findall(r"^ *(\d+)  (.+)$", profile, re.M) if name != "all"]
    rest = sum(count for _, count in rows[12:])
    return [(name, count, "ours") for name, count in rows[:12]] + ([("the rest", rest, "bound")] if rest else [])


def loss_rows(page):
    """(packets lost, MB/s) of a transfer."""
    return [(f"{lost} lost", float(rate), "ours")
            for lost, rate in re.findall(r"^\| ([\d.]+ %) \| ([\d.]+) \|", block(page, "host", "bench-loss"), re.M)]


def group(title, rows, top):
    """The bars of one group, to the scale of its longest, and where the next group begins."""
    longest = max(value for _, value, _ in rows)
    parts = [f'<text class="t" x="8" y="{top + 14}">{html.escape(title)}</text>']
    for i, (name, value, what) in enumerate(rows):
        y = top + 24 + i * STEP
        width = max(1, round((WIDTH - LABEL - 80) * value / longest))
        parts.append(f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{html.escape(name)}</text>'
                     f'<rect x="{LABEL}" y="{y}" width="{width}" height="{BAR}" fill="{COLOURS[what]}"/>'
                     f'<text x="{LABEL + width + 6}" y="{y + 12}">{value:,g}</text>')
    return parts, top + 24 + len(rows) * STEP + 14


def draw(groups):
    parts, top = [], 4
    for title, rows in groups:
        more, top = group(title, rows, top)
        parts += more
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" '
                      f'viewBox="0 0 {WIDTH} {top}">', f"<style>{STYLE}</style>",
                      f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>', *parts, "</svg>", ""])


def plots(page):
    """{file: text}"""
    sizes = re.findall(r"^\| (seal \d+ bytes, MB/s) \| noise_transport", block(page, "host", "bench-noise"), re.M)
    return {
        "docs/figures-handshakes.svg":
            draw([("handshakes a second, both sides, best round", host_rows(page, "handshake, both sides, 1/s"))]),
        "docs/figures-seal.svg":
            draw([(what.replace(", MB/s", ": MB/s, best round"), host_rows(page, what)) for what in dict.fromkeys(sizes)]),
        "docs/figures-loss.svg":
            draw([("4 MiB over a link of 20 ms there and back: MB/s, median", loss_rows(page))]),
        "docs/figures-round-trip.svg":
            draw([("instructions of a call of 64 bytes and its reply, rv64imac", round_trip(page))]),
    }


def main():
    os.chdir(TOP)
    with open(PAGE, encoding="utf-8") as file:
        drawn = plots(file.read())
    stale = []
    for path, text in drawn.items():
        if "--check" not in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            continue
        try:
            with open(path, encoding="utf-8") as file:
                if file.read() == text:
                    continue
        except FileNotFoundError:
            pass
        stale.append(path)
    for path in stale:
        print(f"plots: {path} is not what {PAGE} says: bench/plots.py")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
