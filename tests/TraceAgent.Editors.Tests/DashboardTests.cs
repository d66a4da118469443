using TraceAgent.EndToEnd;

namespace TraceAgent.Editors.Tests;

/// <summary>The dashboard for Grafana, held against the types that Grafana publishes of dashboards.</summary>
public sealed class DashboardTests : IDisposable
{
    private const string Dashboard = "examples/pipelines/grafana/dashboard.json";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("traceagent-dashboard-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Grafanas_types_take_every_key_and_value() => Assert.Equal("", Judge(ConfigurationFiles.Text(Dashboard)));

    [Theory]
    [InlineData("\"schemaVersion\": 38", "\"schemaVersion\": \"38\"", "is not assignable to type 'number'")]
    [InlineData("\"gridPos\"", "\"gridPosition\"", "\"gridPosition\"' does not exist in type")]
    public void A_wrong_key_or_value_would_be_found(string right, string wrong, string complaint) =>
        Assert.Contains(
            complaint,
            Judge(ConfigurationFiles.Text(Dashboard).Replace(right, wrong, StringComparison.Ordinal)), StringComparison.Ordinal);

    /// <summary>What the compiler says of the dashboard as a literal of its type; enums are plain texts and numbers in JSON.</summary>
    private string Judge(string dashboard)
    {
        var types = NodeFolder.Path("node_modules/@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen.d.ts");
        var source = Path.Combine(_folder.FullName, "dashboard.ts");
        File.WriteAllText(
            source,
            $$"""
            import type { Dashboard } from "{{types[..^".d.ts".Length]}}";
            type Part<T> = T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
            type Plain<T> = T extends string ? `${T}` : T extends (infer U)[] ? Plain<U>[] : Part<T>;
            export const dashboard: Plain<Dashboard> = {{dashboard}};
            """);
        return Command.Run(
            "node", NodeFolder.Path("node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck", "--module", "esnext",
            "--moduleResolution", "bundler", "--target", "es2022", source).Output;
    }
}
