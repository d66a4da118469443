/* Writes what libdw reads of a file with debug information: an independent reader, for comparison with ours.
 * entries (entries | chains STEP) FILE
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *name_of(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute));
    return name ? name : "";
}

/* libdw gives what linkers left of removed code, too. */
static int is_removed(Dwarf_Addr start)
{
    return start == 0 || start >= (Dwarf_Addr)-2;
}

static void write_ranges(Dwarf_Die *die)
{
    Dwarf_Addr base, start, end;
    for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;)
        if (start < end && !is_removed(start))
            printf(" %" PRIx64 "-%" PRIx64, start, end);
    putchar('\n');
}

static void write_operations(Dwarf_Op *operations, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf(" %x", operations[i].atom);
        switch (operations[i].atom) {
        case DW_OP_implicit_value:
        case DW_OP_entry_value:
        case DW_OP_GNU_entry_value:
        case DW_OP_const_type:
        case DW_OP_GNU_const_type:
            break;
        default:
            printf(":%" PRIx64 ":%" PRIx64, operations[i].number, operations[i].number2);
        }
    }
    putchar('\n');
}

static void write_places(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    Dwarf_Addr base, start, end;
    Dwarf_Op *operations;
    size_t count;
    if (!dwarf_attr(die, DW_AT_location, &attribute))
        return;
    ptrdiff_t at = 0;
    while ((at = dwarf_getlocations(&attribute, at, &base, &start, &end, &operations, &count)) > 0)
        if (start < end) {
            printf(" %" PRIx64 "-%" PRIx64, start, end);
            write_operations(operations, count);
        }
    /* libdw 0.188 does not know DW_OP_GNU_uninit, and gives up the whole list where it meets one. */
    if (at < 0)
        puts(" unread");
}

static void write_entry(Dwarf_Die *die)
{
    const char *tag = NULL;
    switch (dwarf_tag(die)) {
    case DW_TAG_variable:
    case DW_TAG_formal_parameter:
        printf("%" PRIx64 " variable %s\n", dwarf_dieoffset(die), name_of(die));
        write_places(die);
        return;
    case DW_TAG_subprogram:
        tag = "Subprogram";
        break;
    case DW_TAG_inlined_subroutine:
        tag = "InlinedSubroutine";
        break;
    case DW_TAG_lexical_block:
        tag = "LexicalBlock";
        break;
    case DW_TAG_compile_unit:
        tag = "CompileUnit";
        break;
    default:
        return;
    }
    printf("%" PRIx64 " %s %s", dwarf_dieoffset(die), tag, name_of(die));
    write_ranges(die);
}

static void write_entries(Dwarf_Die *die)
{
    Dwarf_Die child;
    write_entry(die);
    if (dwarf_child(die, &child) == 0)
        do
            write_entries(&child);
        while (dwarf_siblingof(&child, &child) == 0);
}

static int has_ranges(Dwarf_Die *die)
{
    return dwarf_hasattr(die, DW_AT_low_pc) || dwarf_hasattr(die, DW_AT_ranges);
}

/* Writes the scopes within an entry that hold the address. */
static void write_inner(Dwarf_Die *die, Dwarf_Addr address)
{
    Dwarf_Die child;
    if (dwarf_child(die, &child) != 0)
        return;
    do {
        int tag = dwarf_tag(&child);
        if (tag != DW_TAG_lexical_block && tag != DW_TAG_inlined_subroutine && tag != DW_TAG_try_block && tag != DW_TAG_catch_block)
            continue;
        if (has_ranges(&child)) {
            if (dwarf_haspc(&child, address) != 1)
                continue;
            printf(" %" PRIx64, dwarf_dieoffset(&child));
        } else if (tag != DW_TAG_lexical_block) {
            continue;
        }
        write_inner(&child, address);
    } while (dwarf_siblingof(&child, &child) == 0);
}

struct function {
    Dwarf_Addr start, end;
    Dwarf_Die die;
};

static struct function *functions;
static size_t function_count, function_room;

static void find_functions(Dwarf_Die *die)
{
    Dwarf_Die child;
    if (dwarf_tag(die) == DW_TAG_subprogram) {
        Dwarf_Addr base, start, end;
        for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;) {
            if (start >= end || is_removed(start))
                continue;
            if (function_count == function_room) {
                function_room = function_room ? function_room * 2 : 1024;
                functions = realloc(functions, function_room * sizeof *functions);
                if (!functions)
                    exit(3);
            }
            functions[function_count++] = (struct function){ start, end, *die };
        }
    }
    if (dwarf_child(die, &child) == 0)
        do
            find_functions(&child);
        while (dwarf_siblingof(&child, &child) == 0);
}

static void write_chains(Dwarf_Die *unit, int step)
{
    Dwarf_Lines *lines;
    size_t count;
    function_count = 0;
    find_functions(unit);
    if (dwarf_getsrclines(unit, &lines, &count) != 0)
        return;
    for (size_t i = 0; i < count; i += step) {
        Dwarf_Addr address;
        bool ends;
        struct function *inner = NULL;
        Dwarf_Line *line = dwarf_onesrcline(lines, i);
        if (dwarf_lineaddr(line, &address) != 0 || dwarf_lineendsequence(line, &ends) != 0 || ends)
            continue;
        for (size_t j = 0; j < function_count; j++)
            if (address >= functions[j].start && address < functions[j].end && (!inner || functions[j].start >= inner->start))
                inner = &functions[j];
        if (!inner)
            continue;
        printf("%" PRIx64 " %" PRIx64, address, dwarf_dieoffset(&inner->die));
        write_inner(&inner->die, address);
        putchar('\n');
    }
}

int main(int count, char **arguments)
{
    int is_chains = count == 4 && strcmp(arguments[1], "chains") == 0;
    int file = count < 3 ? -1 : open(arguments[count - 1], O_RDONLY);
    Dwarf *dwarf = file < 0 ? NULL : dwarf_begin(file, DWARF_C_READ);
    if (!dwarf) {
        fprintf(stderr, "entries: %s\n", dwarf_errmsg(-1));
        return 2;
    }
    Dwarf_Off next;
    size_t header;
    for (Dwarf_Off offset = 0; dwarf_nextcu(dwarf, offset, &next, &header, NULL, NULL, NULL) == 0; offset = next) {
        Dwarf_Die root;
        if (!dwarf_offdie(dwarf, offset + header, &root))
            continue;
        if (!is_chains) {
            printf("unit %" PRIx64 "\n", offset);
            write_entries(&root);
        } else if (dwarf_tag(&root) == DW_TAG_compile_unit) {
            write_chains(&root, atoi(arguments[2]));
        }
    }
    dwarf_end(dwarf);
    close(file);
    return 0;
}
