using System.Xml.Linq;

namespace TraceAgent.Repository.Tests;

/// <summary>Pictures of documents are what browsers accept: an SVG that is no XML shows nothing.</summary>
public class PictureTests
{
    [Fact]
    public void Every_picture_is_well_formed_and_shown()
    {
        var pictures = Directory.GetFiles(Path.Combine(Checkout.Root, "docs"), "*.svg");

        Assert.NotEmpty(pictures);
        Assert.All(pictures, picture =>
        {
            Assert.Equal("svg", XDocument.Load(picture).Root!.Name.LocalName);
            Assert.Contains($"(docs/{Path.GetFileName(picture)})", Checkout.Read("README.md"), StringComparison.Ordinal);
        });
    }
}
