# SPDX-License-Identifier: Apache-2.0
"""What `make install` installs, used as another program's author would: headers, pkg-config, both kinds of
library, the examples, the programs, the manual pages."""

import os
import re
import shlex
import signal
import subprocess

from e2e import *

SOURCE = os.environ["DSB_SOURCE"]
BUILD = os.environ["DSB_BUILD"]
CC = [os.environ["DSB_CC"], *shlex.split(os.environ["DSB_CFLAGS"])]
PREFIX = "/opt/dsoftbus"


class Install(TestCase):
    def setUp(self):
        super().setUp()
        self.root = self.folder_named("root")
        self.tree = self.root + PREFIX
        subprocess.run(["cmake", "--install", BUILD, "--prefix", PREFIX], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "DESTDIR": self.root})
        self.libdir = os.path.dirname(self.find("libdsoftbus.so"))

    def find(self, name):
        (found,) = [os.path.join(folder, name) for folder, _, names in os.walk(self.tree) if name in names]
        return found

    def pkg_config(self, *words, of="dsoftbus"):
        env = {**os.environ, "PKG_CONFIG_PATH": f"{self.libdir}/pkgconfig",
               "PKG_CONFIG_SYSROOT_DIR": self.root}
        result = subprocess.run(["pkg-config", *words, of], env=env, text=True, check=True,
                                stdout=subprocess.PIPE)
        # the libraries that dsoftbus needs are the system's own, outside of the root
        return shlex.split(result.stdout.replace(f"-L{self.root}/usr", "-L/usr"))

    def build(self, example, *libraries):
        program = self.path(example)
        subprocess.run([*CC, "-Wall", "-Wextra", "-Werror", *self.pkg_config("--cflags"), "-o", program,
                        f"{SOURCE}/examples/{example}.c", *libraries], check=True)
        return program

    def run_program(self, *argv, **options):
        env = {**ENV, "LD_LIBRARY_PATH": self.libdir}
        return subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False, timeout=PATIENCE, **options)

    def shared(self):
        return self.pkg_config("--libs")

    def static(self):
        return ["-Wl,-Bstatic", *self.shared(), "-Wl,-Bdynamic",
                *[word for word in self.pkg_config("--static", "--libs") if word not in self.shared()]]

    def test_two_with_the_shared_library(self):
        program = self.build("two", *self.shared())
        self.assertEqual(self.run_program(program).stdout, "ann says hello\n")
        needed = subprocess.run(["ldd", program], env={**ENV, "LD_LIBRARY_PATH": self.libdir}, text=True,
                                stdout=subprocess.PIPE, check=True).stdout
        self.assertIn(f"libdsoftbus.so.0.2 => {self.libdir}", needed)

    def test_a_stranger_with_our_names_is_not_called(self):
        """Another library of the program that has a function of the same name, and is found first."""
        stranger, source = self.path("libstranger.so"), self.path("stranger.c")
        with open(source, "w", encoding="ascii") as file:
            file.write("#include <stdlib.h>\n" + "".join(
                f"void {name}(void);\nvoid {name}(void) {{ abort(); }}\n"
                for name in ("noise_x25519", "noise_wipe", "noise_aead_seal", "dsb_frame_next")))
        subprocess.run([*CC, "-shared", "-fPIC", "-o", stranger, source], check=True)
        program = self.path("two-beside-a-stranger")
        subprocess.run([*CC, *self.pkg_config("--cflags"), "-o", program, f"{SOURCE}/examples/two.c", "-Wl,--no-as-needed",
                        stranger, *self.shared()], check=True)
        env = {**ENV, "LD_LIBRARY_PATH": f"{self.folder}:{self.libdir}"}
        result = subprocess.run([program], env=env, stdout=subprocess.PIPE, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(result.stdout, "ann says hello\n")

    def test_two_with_the_static_library(self):
        program = self.build("two", *self.static())
        self.assertEqual(self.run_program(program).stdout, "ann says hello\n")
        needed = subprocess.run(["ldd", program], text=True, stdout=subprocess.PIPE, check=True).stdout
        self.assertNotIn("libdsoftbus", needed)

    def test_hello_talks_to_the_installed_daemon(self):
        alpha, beta = self.pair()
        daemon = self.started(Process([f"{self.tree}/sbin/dsoftbusd", "--dir", beta.dir, "--listen",
                                       "127.0.0.1:0", "--discovery-port", "0", "--bus", "none"]))
        port = daemon.wait_line(r"ready id=beta listen=127\.0\.0\.1:(\d+)").group(1)
        program = self.build("hello", *self.shared())
        result = self.run_program(program, "beta", "127.0.0.1", port, cwd=alpha.dir)
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("hello from beta\n", "", 0))
        daemon.wait_line("session 1 ended peer=alpha reason=clean")
        # and it says why when it is not let in
        beta.run("trust", "remove", "alpha")
        daemon.signal(signal.SIGHUP)
        daemon.wait_line("read again")
        result = self.run_program(program, "beta", "127.0.0.1", port, cwd=alpha.dir)
        self.assertEqual((result.stderr, result.returncode), ("hello: accept-truncated\n", 1))

    def test_every_header_stands_alone(self):
        include = self.pkg_config("--cflags")
        folder = include[0].removeprefix("-I")
        headers = [f"{part}/{name}" for part in ("dsoftbus", "noise")
                   for name in os.listdir(os.path.join(folder, part))]
        self.assertIn("dsoftbus/session.h", headers)
        self.assertEqual([header for header in headers if re.search("internal|lines", header)], [])
        for header in headers:
            for language in ("c", "c++"):
                subprocess.run([*CC, "-Wall", "-Wextra", "-Werror", *include, "-fsyntax-only", "-x", language, "-"],
                               input=f"#include <{header}>\n", text=True, check=True)

    def test_a_program_in_another_language_is_linked(self):
        program = self.path("program")
        subprocess.run([*CC, *self.pkg_config("--cflags"), "-o", program, "-x", "c++", "-", "-x", "none", *self.shared()],
                       input="#include <dsoftbus/link.h>\n"
                             "int main() { return dsb_reason_name(DSB_REASON_NONE)[0] == 'n' ? 0 : 1; }\n",
                       text=True, check=True)
        self.assertEqual(self.run_program(program).returncode, 0)

    def test_shared_library_exports_its_interface_only(self):
        symbols = subprocess.run(["nm", "--dynamic", "--defined-only", "--format=posix",
                                  self.find("libdsoftbus.so")], text=True, stdout=subprocess.PIPE,
                                 check=True).stdout.splitlines()
        names = {line.split()[0].split("@")[0] for line in symbols}
        self.assertIn("dsb_session_feed", names)
        for name in names:
            self.assertRegex(name, r"^(dsb|noise)_")

    def client_program(self, *libraries, language="c"):
        """The header's example, as another program's author would build it."""
        program, source = self.path("client"), self.path("client.source")
        with open(f"{SOURCE}/docs/man/dsoftbus-client.3", encoding="utf-8") as page:
            example = page.read().split(".SH EXAMPLE\n.nf\n")[1].split(".fi\n")[0].replace("\\-", "-").replace("\\\\", "\\")
        with open(source, "w", encoding="utf-8") as file:
            file.write("#include <stdio.h>\n#include <sys/socket.h>\n#include <unistd.h>\n#include <dsoftbus-client.h>\n"
                       f"int main(void) {{ {example} return result; }}\n")
        subprocess.run([*CC, "-Wall", "-Wextra", "-Werror", *self.pkg_config("--cflags", of="dsoftbus-client"), "-o", program,
                        "-x", language, source, "-x", "none", *libraries], check=True)
        return program

    def test_the_client_library(self):
        shared = self.pkg_config("--libs", of="dsoftbus-client")
        for libraries, language in ((shared, "c"), (shared, "c++"), (["-Wl,-Bstatic", *shared, "-Wl,-Bdynamic"], "c")):
            program = self.client_program(*libraries, language=language)
            result = self.run_program("env", f"DSOFTBUS_BUS={self.folder}/bus", program)
            self.assertEqual(result.stderr, "no-daemon: nobody listens on the socket\n")
        needed = subprocess.run(["readelf", "-d", self.find("libdsoftbus-client.so")], text=True, stdout=subprocess.PIPE,
                                check=True).stdout
        if not os.environ.get("DSB_SANITIZED"):
            self.assertEqual(re.findall(r"NEEDED.*\[(.*)\]", needed), ["libc.so.6"])

    def test_the_client_library_exports_its_header_only(self):
        symbols = subprocess.run(["nm", "--dynamic", "--defined-only", "--format=posix",
                                  self.find("libdsoftbus-client.so")], text=True, stdout=subprocess.PIPE, check=True).stdout
        names = {line.split()[0].split("@")[0] for line in symbols.splitlines()}
        with open(self.find("dsoftbus-client.h"), encoding="utf-8") as header:
            declared = set(re.findall(r"\b(dsbc_[a-z_]+)\(", header.read()))
        self.assertEqual(names, declared - {"dsbc_each"})  # a type

    def test_programs_know_their_version(self):
        for program in ("bin/dsoftbus", "sbin/dsoftbusd"):
            result = self.run_program(f"{self.tree}/{program}", "--version")
            self.assertRegex(result.stdout, r"^dsoftbusd? \d+\.\d+\.\d+\n$")

    def test_the_unit_starts_the_installed_daemon(self):
        with open(f"{self.tree}/lib/systemd/system/dsoftbusd.service", encoding="ascii") as text:
            unit = dict(line.split("=", 1) for line in text.read().splitlines() if re.match("[A-Z].*=", line))
        program, *options = unit["ExecStart"].split()
        self.assertEqual((program, options[0]), (f"{PREFIX}/sbin/dsoftbusd", "--dir"))
        self.assertEqual(unit["ConditionPathExists"], options[1] + "/identity")
        self.assertEqual(options[1], "/var/lib/" + unit["StateDirectory"])
        self.assertEqual(self.run_program(self.root + program, *options, "--help").returncode, 0)

    def test_manual_pages(self):
        for page in ("dsoftbus.1", "dsoftbus-client.3", "dsoftbus-trust.5", "dsoftbusd.8"):
            result = subprocess.run(["man", "--warnings", "--local-file", self.find(page)], text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
            self.assertEqual(result.stderr, "")
        # the page knows every option that the programs have, and the other way round
        with open(self.find("dsoftbus.1"), encoding="utf-8") as text:
            described = set(re.findall(r"\\-\\-[a-z\\-]+", text.read()))
        offered = set()
        for command in ("keygen", "id", "trust", "root", "attest", "pair", "serve", "ping", "send", "receive", "discover", "status",
                        "connect", "call", "publish", "forward", "peers", "services"):
            text = self.run_program(f"{self.tree}/bin/dsoftbus", command, "--help").stdout
            offered |= set(re.findall(r"^  --([a-z-]+)", text, re.M))
        described = {name.replace("\\-", "-").removeprefix("--") for name in described}
        self.assertEqual(described | {"version"}, offered | {"version"})


if __name__ == "__main__":
    main()
