#include "rt/log.h"
#include "rt/process.h"
int process_main(uint64_t arg)
{
    (void)arg;
    return 0;
}
