using TraceAgent.Bpf.Btf;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Programs;

/// <summary>
/// Finds out by use whether a program on a uprobe may wait for a page (from 6.0 on: kernel/bpf/verifier.c, can_be_sleepable) and
/// can look at the mapping first, and the offsets of what it looks at in this kernel.
/// </summary>
internal static class SleepableReads
{
    public const string Remedy =
        "needs kernel 6.1 or newer with its types (CONFIG_DEBUG_INFO_BTF); "
        + "until then, what the program has not touched yet is shown as a fault";

    /// <summary>The pages that programs wait for; null where programs must not wait.</summary>
    public static PageWaits? Find(WaitPolicy policy)
    {
        if (!policy.WaitsForAny)
        {
            return null;
        }

        try
        {
            return Require(policy);
        }
        catch (KernelException)
        {
            return null;
        }
    }

    /// <exception cref="KernelException">Not supported, or not permitted.</exception>
    public static PageWaits Require(WaitPolicy policy)
    {
        var waits = new PageWaits(ReadFields(), policy.OfEverybody, policy.Users);
        var code = new Assembler();
        var check = new PageCheck(code, waits);
        code.Set(Reg.R1, 0);
        check.Call();
        code.Set(Reg.R0, 0);
        code.Exit();
        var functions = check.EmitFunctions();
        BpfProgram.Load(
            new ProbeProgram(OnReturn: false, Sleepable: true, code.Finish()) { Functions = functions },
            "ta_waiting", 0).Dispose();
        return waits;
    }

    private static PageFields ReadFields() =>
        KernelFields.Read(Remedy, fields =>
        {
            // Without CONFIG_USERFAULTFD the structure is there, and empty.
            var handler = fields.Require("vm_area_struct", "vm_userfaultfd_ctx");
            return new PageFields
            {
                Flags = fields.Require("vm_area_struct", "vm_flags"),
                FaultHandler = fields.Find("vm_userfaultfd_ctx", "ctx") is { } context ? handler + context : null,
                Operations = fields.Require("vm_area_struct", "vm_ops"),
                File = fields.Require("vm_area_struct", "vm_file"),
                AddressSpace = fields.Require("vm_area_struct", "vm_mm"),
                Inode = fields.Require("file", "f_inode"),
                Mode = fields.Require("inode", "i_mode"),
                FileSystem = fields.Require("inode", "i_sb"),
                Magic = fields.Require("super_block", "s_magic"),
                SpaceUsers = fields.Require("mm_struct", "mm_users"),
            };
        });
}
