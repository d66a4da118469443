"""Compares the values of variables that gdb shows with what our expressions compute from the same registers and memory.

Run by gdb: gdb -batch -ex 'python PLACES="dump of places"' -x values.py --args PROGRAM. The program is not position-independent.
Stops once at each place; prints one row, and the first differences."""

import collections
import gdb

MASK = (1 << 64) - 1
REGISTERS = "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15".split()
# What these say is not compared: gdb knows the callers, and what a register for vectors holds.
OTHER = {"NeedsLoadAddress", "NeedsEntryValue", "VectorRegister", "FloatingPoint", "ThreadLocal", "CallerArgument"}


def signed(value, bits=64):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def read(address, size):
    return int.from_bytes(bytes(gdb.selected_inferior().read_memory(address & MASK, size)), "little")


def binary(name, left, right):
    shift = right & 63
    return {
        "Add": lambda: left + right,
        "Subtract": lambda: left - right,
        "Multiply": lambda: left * right,
        "Divide": lambda: left // right if right else 0,
        "Modulo": lambda: left % right if right else left,
        "And": lambda: left & right,
        "Or": lambda: left | right,
        "Xor": lambda: left ^ right,
        "ShiftLeft": lambda: left << shift,
        "ShiftRight": lambda: left >> shift,
        "ShiftRightArithmetic": lambda: signed(left) >> shift,
        "Equal": lambda: left == right,
        "NotEqual": lambda: left != right,
        "Less": lambda: signed(left) < signed(right),
        "LessOrEqual": lambda: signed(left) <= signed(right),
        "Greater": lambda: signed(left) > signed(right),
        "GreaterOrEqual": lambda: signed(left) >= signed(right),
    }[name]()


def compute(words, frame):
    stack = []
    for word in words:
        if word[0] == "r" and word[1:].isdigit():
            value = int(frame.read_register(REGISTERS[int(word[1:])]))
        elif word.lstrip("-").isdigit():
            value = int(word)
        elif word.startswith("file"):
            value = int(word[4:], 16)
        elif word.startswith("load"):
            value = read(stack.pop(), int(word[5:]))
            value = signed(value, 8 * int(word[5:])) if word[4] == "s" else value
        elif word.startswith("extend"):
            bits = 8 * int(word[7:])
            value = stack.pop() & ((1 << bits) - 1)
            value = signed(value, bits) if word[6] == "s" else value
        elif word == "Select":
            otherwise, then = stack.pop(), stack.pop()
            value = then if stack.pop() else otherwise
        elif word in ("Negate", "Complement"):
            value = -stack.pop() if word == "Negate" else ~stack.pop()
        else:
            right = stack.pop()
            value = binary(word, stack.pop(), right)
        stack.append(int(value) & MASK)
    return stack[0]


def places():
    found = collections.defaultdict(dict)
    for line in open(PLACES, errors="replace"):  # noqa: F821 gdb's command line defines it
        words = line.split()
        # Scopes come from the outside inwards: the last of a name is the one that the source means.
        if len(words) > 3:
            found[int(words[0], 16)][words[2]] = (words[3], words[4:])
    return found


def symbols(frame):
    """Variables of the blocks around the place, the innermost of each name."""
    names = {}
    block = frame.block()
    while block and not block.is_static and not block.is_global:
        for symbol in block:
            if symbol.is_variable or symbol.is_argument:
                names.setdefault(symbol.name, symbol)
        if block.function and not inlined(block):
            break
        block = block.superblock
    return names


def inlined(block):
    outer = block.superblock
    while outer and not outer.is_static and not outer.is_global:
        if outer.function:
            return True
        outer = outer.superblock
    return False


def compare(frame, name, kind, words, symbol):
    """None when both agree, "" when they are not compared, else how they differ."""
    try:
        value = symbol.value(frame)
        is_missing = value.is_optimized_out
        code = value.type.strip_typedefs().code
        is_reference = code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)
        # None for a reference to what has no address.
        target = value.referenced_value().address if is_reference and not is_missing else None
    except (gdb.error, RuntimeError):
        return ""
    if kind == "threadlocal":
        return None
    if kind == "missing" and str(value).startswith("<synthetic pointer"):
        # A pointer that is nowhere, to what is nowhere, too: gdb says the first half.
        return ""
    if kind == "missing":
        if words[0] in OTHER:
            return ""
        return None if is_missing else f"missing {words[0]}, gdb has {value}"
    # gdb asks the caller for what a register was on entry; a probe has kept it there.
    if any(word.startswith("entry") for word in words):
        return ""
    if is_missing or kind in ("pieces", "pointer") or (is_reference and target is None):
        return ""
    if target is not None and kind in ("memory", "value"):
        # gdb sees through a reference.
        computed = compute(words, frame)
        computed = read(computed, 8) if kind == "memory" else computed
        return None if computed == int(target) else f"refers to {computed:x}, gdb has {int(target):x}"
    if kind in ("memory", "static"):
        address = compute(words, frame) if kind == "memory" else int(words[0], 16)
        if value.address is None:
            return f"at {address:x}, gdb has no address"
        return None if int(value.address) == address else f"at {address:x}, gdb has {int(value.address):x}"
    if kind != "value" or code not in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_ENUM):
        return ""
    mask = (1 << 8 * value.type.sizeof) - 1
    computed = compute(words, frame) & mask
    return None if computed == int(value) & mask else f"{computed:x}, gdb has {int(value) & mask:x}"


def main():
    gdb.execute("set pagination off")
    gdb.execute("set confirm off")
    gdb.execute("set disable-randomization on")
    gdb.execute("set width 0")
    found = places()
    for address in found:
        gdb.execute(f"tbreak *{address:#x}", to_string=True)
    stops = same = other = 0
    differences = []
    gdb.execute("run > /dev/null 2>&1", to_string=True)
    while gdb.selected_inferior().pid and gdb.selected_thread() and gdb.selected_thread().is_stopped():
        frame = gdb.newest_frame()
        known = symbols(frame)
        stops += 1
        for name, (kind, words) in found.get(frame.pc(), {}).items():
            if name not in known:
                other += 1
                continue
            result = compare(frame, name, kind, words, known[name])
            if result is None:
                same += 1
            elif result == "":
                other += 1
            else:
                differences.append(f"{frame.pc():x} {name}: ours {kind} {' '.join(words)}: {result}")
        try:
            gdb.execute("continue", to_string=True)
        except gdb.error:
            break
    for line in differences[:20]:
        print(line)
    print(f"{stops} stops, {same} values are as gdb has them, {other} not compared, {len(differences)} differences")
    gdb.execute(f"quit {1 if differences or not same else 0}")


main()
