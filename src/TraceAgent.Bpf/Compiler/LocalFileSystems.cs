namespace TraceAgent.Bpf.Compiler;

/// <summary>
/// File systems whose pages come from this machine's memory or its block devices, by <c>s_magic</c> (include/uapi/linux/magic.h,
/// and the file systems' own headers). File systems that ask a program (FUSE, also as fuseblk and virtiofs) or another machine
/// are left out. So is overlayfs, which maps the file that lies below it.
/// </summary>
internal static class LocalFileSystems
{
    public static IReadOnlyList<uint> Magics { get; } =
    [
        0x0000_ef53, // ext2, ext3, ext4
        0x5846_5342, // xfs
        0x9123_683e, // btrfs
        0xf2f5_2010, // f2fs
        0x0102_1994, // tmpfs, memfd, System V shared memory
        0x8584_58f6, // ramfs, and the root of an initramfs
        0x9584_58f6, // hugetlbfs
        0x7371_7368, // squashfs
        0xe0f5_e1e2, // erofs
        0x0000_9660, // iso9660
        0x1501_3346, // udf
        0x2fc1_2fc1, // zfs
        0xca45_1a4e, // bcachefs
        0x3153_464a, // jfs
        0x0000_3434, // nilfs2
        0x5265_4973, // reiserfs
        0x2405_1905, // ubifs
        0x0000_72b6, // jffs2
        0x28cd_3d45, // cramfs
        0x0000_7275, // romfs
        0x0000_4d44, // vfat
        0x2011_bab0, // exfat
        0x7366_746e, // ntfs3
    ];
}
