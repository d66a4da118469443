using TraceAgent.Engine.Targets;

namespace TraceAgent.Engine.Tests.Targets;

public sealed class MountTableTests
{
    [Fact]
    public void A_line_is_read_as_the_kernel_writes_it()
    {
        var mount = MountTable.Parse(@"36 35 98:0 /a\040b /mnt\134c rw,noatime master:1 - ext3 /dev/root rw,errors=continue")!;

        Assert.Equal((36UL, "98:0", "/a b", @"/mnt\c"), (mount.Id, mount.Device, mount.Root, mount.Point));
        Assert.Empty(mount.Layers);
    }

    [Theory]
    [InlineData("ro,lowerdir=/one:/two,redirect_dir=on", "/one", "/two")]
    [InlineData(@"rw,lowerdir=/with\134:colon\134,comma:/two,upperdir=/up,workdir=/work", "/with:colon,comma", "/two", "/up")]
    [InlineData("rw,lowerdir+=/one,lowerdir+=/two,datadir+=/three", "/one", "/two", "/three")]
    [InlineData("rw,lowerdir=/one::/data", "/one", "/data")]
    public void The_layers_of_an_overlay_are_read_from_its_options(string options, params string[] layers) =>
        Assert.Equal(layers, MountTable.Parse($"65 43 0:39 / /m rw,relatime - overlay o {options}")!.Layers);

    [Theory]
    [InlineData("")]
    [InlineData("36 35 98:0 / / rw")]
    [InlineData("36 35 98:0 / / rw -")]
    [InlineData("x 35 98:0 / / rw - ext4 a b")]
    [InlineData(@"36 35 98:0 /\ \9 rw")]
    public void A_line_of_another_form_is_none(string line) => Assert.Null(MountTable.Parse(line));

    [Theory]
    [InlineData("/", "/", "/a/b", "/a/b")]
    [InlineData("/srv", "/mnt", "/mnt/app", "/srv/app")]
    [InlineData("/srv", "/mnt", "/mnt", "/srv")]
    [InlineData("/srv/app", "/bin/app", "/bin/app", "/srv/app")]
    [InlineData("/srv", "/mnt", "/mnt2/app", null)]
    [InlineData("/srv", "/mnt", "/other", null)]
    public void A_path_leads_through_a_mount_and_back(string root, string point, string path, string? inside)
    {
        var mount = new Mount(1, "8:1", root, point, []);

        Assert.Equal(inside, mount.Inside(path));
        Assert.Equal(inside is null ? null : path, inside is null ? null : mount.Outside(inside));
    }

    [Fact]
    public void This_process_sees_its_own_mounts_and_trusts_them()
    {
        var namespaces = new MountNamespaces();
        var root = Assert.Single(namespaces.Own.Values.Where(mount => mount.Point == "/").TakeLast(1));

        Assert.Same(root, namespaces.Trusted(root.Id));
        Assert.Null(namespaces.Trusted(ulong.MaxValue));
    }
}
