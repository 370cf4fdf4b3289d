"""A guest of a few instructions under /dev/kvm: a program that ends with 0 when the guest has done its work.

It is run as a process of its own, because a guest that hangs takes its process with it. The guest runs first in real
mode, as every machine starts, then in 64 bits with paging, as every kernel goes on, and then waits for a tick of its
timer, without which a kernel stands still: some nested hypervisors offer /dev/kvm and lack one of them.

The requests and structures are those of https://docs.kernel.org/virt/kvm/api.html for x86-64.
"""

import ctypes
import mmap
import os
import struct
import sys

GET_API_VERSION, CREATE_VM, GET_VCPU_MMAP_SIZE = 0xAE00, 0xAE01, 0xAE04
CREATE_VCPU, RUN, SET_MEMORY = 0xAE41, 0xAE80, 0x4020AE46
CREATE_INTERRUPTS, CREATE_TIMER = 0xAE60, 0x4040AE77
GET_SREGS, SET_SREGS, SET_REGS = 0x8138AE83, 0x4138AE84, 0x4090AE82
API_VERSION = 12
EXIT_IO, EXIT_HLT = 2, 5
EXITS = {EXIT_IO: "a port", EXIT_HLT: "a halt", 8: "a shutdown", 9: "a failed entry", 17: "an internal error"}

PORT, WORD = 0x10, 0x2A
CODE = 0x1000
TABLES = 0x2000
STACK = 0x7000
MEMORY = 0x8000
# mov al, 0x2a; out 0x10, al; hlt
REAL = bytes((0xB0, WORD, 0xE6, PORT, 0xF4))
# mov rax, 0x2a00000000; shr rax, 32; out 0x10, al; hlt: another result in any mode but this
LONG = bytes((0x48, 0xB8, 0, 0, 0, 0, WORD, 0, 0, 0, 0x48, 0xC1, 0xE8, 32, 0xE6, PORT, 0xF4))
# The interrupt controller gets its vectors from 8 on and lets the timer through; the timer ticks every 3 ms; sti; hlt.
SETTINGS = ((0x20, 0x11), (0x21, 8), (0x21, 4), (0x21, 1), (0x21, 0xFE), (0x43, 0x34), (0x40, 0), (0x40, 0x10))
TICK = b"".join(bytes((0xB0, value, 0xE6, port)) for port, value in SETTINGS) + bytes((0xFB, 0xF4))
VECTOR = 8 * 4

SEGMENT = "<QIHBBBBBBBBBB"
LONG_CODE = struct.pack(SEGMENT, 0, 0xFFFFFFFF, 8, 11, 1, 0, 0, 1, 1, 1, 0, 0, 0)
LONG_DATA = struct.pack(SEGMENT, 0, 0xFFFFFFFF, 16, 3, 1, 0, 1, 1, 0, 1, 0, 0, 0)
SEGMENT_SIZE = struct.calcsize(SEGMENT)
CONTROLS = 8 * SEGMENT_SIZE + 2 * 16
PROTECTED, PAGING, EXTENSION, NUMERIC, WIDE_PAGES, LONG_MODE = 1, 1 << 31, 1 << 4, 1 << 5, 1 << 5, (1 << 8) | (1 << 10)
STAGES = {"real mode": REAL, "64-bit mode": LONG, "timer": TICK}


class GuestFailed(Exception):
    """Report that the guest did something else than its instructions say."""


def main() -> int:
    """Run the guest in both modes; say how that went, and end with 0 when it has done its work."""
    stage = "opening /dev/kvm"
    try:
        kvm = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
        for stage, code in STAGES.items():
            # Told before it is done: what hangs is what was told last.
            sys.stdout.write(f"{stage}\n")
            sys.stdout.flush()
            _run(kvm, code)
    except (OSError, GuestFailed) as problem:
        sys.stdout.write(f"{stage}: {problem}\n")
        return 1
    return 0


def _run(kvm: int, code: bytes) -> None:
    from fcntl import ioctl

    if (version := ioctl(kvm, GET_API_VERSION, 0)) != API_VERSION:
        raise GuestFailed(f"expected version {API_VERSION} of the interface, found {version}")
    vm = ioctl(kvm, CREATE_VM, 0)
    memory = _memory(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    ioctl(vm, SET_MEMORY, struct.pack("<IIQQQ", 0, 0, 0, MEMORY, address))
    if code is TICK:
        ioctl(vm, CREATE_INTERRUPTS, 0)
        ioctl(vm, CREATE_TIMER, bytes(64))
    cpu = ioctl(vm, CREATE_VCPU, 0)
    state = mmap.mmap(cpu, ioctl(kvm, GET_VCPU_MMAP_SIZE, 0))
    special = bytearray(312)
    ioctl(cpu, GET_SREGS, special)
    ioctl(cpu, SET_SREGS, bytes(_long(special) if code is LONG else _real(special)))
    ioctl(cpu, SET_REGS, struct.pack("<18Q", *([0] * 6), STACK, *([0] * 9), CODE, 2))
    # With interrupts it is the kernel that waits out a halt.
    for expected in (EXIT_IO,) if code is TICK else (EXIT_IO, EXIT_HLT):
        ioctl(cpu, RUN, 0)
        _require(state, expected)
    for open_one in (cpu, vm):
        os.close(open_one)


def _memory(code: bytes) -> mmap.mmap:
    """Return the guest's memory: the code, and page tables that show it two MiB at their own addresses."""
    memory = mmap.mmap(-1, MEMORY)
    memory[CODE : CODE + len(code)] = code
    # Whom the timer wakes does what the other guests do.
    handler = CODE + len(code)
    memory[handler : handler + len(REAL)] = REAL
    memory[VECTOR : VECTOR + 4] = struct.pack("<HH", handler, 0)
    for level in range(3):
        table = TABLES + level * 0x1000
        # Present and writable, and from the last table on a page of two MiB.
        memory[table : table + 8] = struct.pack("<Q", 0x83 if level == 2 else table + 0x1000 + 3)
    return memory


def _real(special: bytearray) -> bytearray:
    """Return the registers of a processor in real mode, its code at the bottom of memory."""
    special[0:8] = bytes(8)
    special[12:14] = bytes(2)
    return special


def _long(special: bytearray) -> bytearray:
    """Return the registers of a processor in 64-bit mode."""
    special[0:SEGMENT_SIZE] = LONG_CODE
    for number in range(1, 6):
        special[number * SEGMENT_SIZE : (number + 1) * SEGMENT_SIZE] = LONG_DATA
    cr0 = PROTECTED | EXTENSION | NUMERIC | PAGING
    special[CONTROLS : CONTROLS + 48] = struct.pack("<6Q", cr0, 0, TABLES, WIDE_PAGES, 0, LONG_MODE)
    return special


def _require(state: mmap.mmap, expected: int) -> None:
    (found,) = struct.unpack_from("<I", state, 8)
    if found != expected:
        raise GuestFailed(
            f"expected the guest to stop for {EXITS[expected]}, found {EXITS.get(found, f'exit {found}')}"
        )
    if found == EXIT_IO:
        _, _, port, _, offset = struct.unpack_from("<BBHIQ", state, 32)
        if (port, state[offset]) != (PORT, WORD):
            raise GuestFailed(f"expected {WORD} at port {PORT}, found {state[offset]} at port {port}")


if __name__ == "__main__":
    sys.exit(main())
