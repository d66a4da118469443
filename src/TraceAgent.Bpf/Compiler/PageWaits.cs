using TraceAgent.Capture;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The pages that programs wait for. Each must also be anonymous memory or of a local file system.</summary>
/// <param name="Fields">The offsets of what <see cref="PageCheck"/> reads in the kernel.</param>
/// <param name="OfEverybody">True when the page may be any process's.</param>
/// <param name="Users">The users whose processes may have threads that change the mapping meanwhile, when not everybody's may.</param>
public sealed record PageWaits(PageFields Fields, bool OfEverybody, EquatableArray<uint> Users)
{
    /// <summary>The maximum number of users: a program has a comparison for each.</summary>
    public const int MaxUsers = 64;

    /// <summary>A policy for programs that are compiled only to see whether they can be, and never loaded.</summary>
    public static PageWaits Unbound { get; } = new(
        new PageFields
        {
            Flags = 8,
            Operations = 8,
            File = 8,
            AddressSpace = 8,
            Inode = 8,
            Mode = 8,
            FileSystem = 8,
            Magic = 8,
            SpaceUsers = 8,
        },
        OfEverybody: false,
        [0]);
}

/// <summary>Offsets in bytes within the structures of the running kernel; null for a field that this kernel does not have.</summary>
public sealed record PageFields
{
    /// <summary><c>vm_area_struct.vm_flags</c>.</summary>
    public required int Flags { get; init; }

    /// <summary><c>vm_area_struct.vm_userfaultfd_ctx.ctx</c>.</summary>
    public int? FaultHandler { get; init; }

    /// <summary><c>vm_area_struct.vm_ops</c>, null for anonymous memory, also for private mappings of /dev/zero.</summary>
    public required int Operations { get; init; }

    /// <summary><c>vm_area_struct.vm_file</c>.</summary>
    public required int File { get; init; }

    /// <summary><c>vm_area_struct.vm_mm</c>.</summary>
    public required int AddressSpace { get; init; }

    /// <summary><c>file.f_inode</c>.</summary>
    public required int Inode { get; init; }

    /// <summary><c>inode.i_mode</c>.</summary>
    public required int Mode { get; init; }

    /// <summary><c>inode.i_sb</c>.</summary>
    public required int FileSystem { get; init; }

    /// <summary><c>super_block.s_magic</c>.</summary>
    public required int Magic { get; init; }

    /// <summary><c>mm_struct.mm_users.counter</c>.</summary>
    public required int SpaceUsers { get; init; }
}
