using TraceAgent.Capture;

namespace TraceAgent.Bpf.Code;

/// <summary>For which pages the programs wait, beside the rule that each is anonymous memory or of a local file system.</summary>
/// <param name="Fields">Where the kernel keeps what <see cref="PageCheck"/> looks at.</param>
/// <param name="OfEverybody">Whether the page may be any process's.</param>
/// <param name="Users">Otherwise: whose processes may have threads that change the mapping while it is looked at.</param>
public sealed record PageWaits(PageFields Fields, bool OfEverybody, EquatableArray<uint> Users)
{
    /// <summary>As many users as a program has comparisons for.</summary>
    public const int MaxUsers = 64;

    /// <summary>For programs that are compiled to see whether they can be, and never loaded.</summary>
    public static PageWaits Unbound { get; } = new(new PageFields(8, null, 8, 8, 8, 8, 8, 8, 8, 8), OfEverybody: false, [0]);
}

/// <summary>Offsets in bytes within the structures of the running kernel; what is null, that kernel does not have.</summary>
/// <param name="Flags"><c>vm_area_struct.vm_flags</c>.</param>
/// <param name="FaultHandler"><c>vm_area_struct.vm_userfaultfd_ctx.ctx</c>.</param>
/// <param name="Operations"><c>vm_area_struct.vm_ops</c>, null for anonymous memory, also such that was made of /dev/zero.</param>
/// <param name="File"><c>vm_area_struct.vm_file</c>.</param>
/// <param name="AddressSpace"><c>vm_area_struct.vm_mm</c>.</param>
/// <param name="Inode"><c>file.f_inode</c>.</param>
/// <param name="Mode"><c>inode.i_mode</c>.</param>
/// <param name="FileSystem"><c>inode.i_sb</c>.</param>
/// <param name="Magic"><c>super_block.s_magic</c>.</param>
/// <param name="SpaceUsers"><c>mm_struct.mm_users.counter</c>.</param>
public sealed record PageFields(
    int Flags, int? FaultHandler, int Operations, int File, int AddressSpace, int Inode,
    int Mode, int FileSystem, int Magic, int SpaceUsers);
