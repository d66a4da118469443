using System.Globalization;
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace TraceAgent.EndToEnd;

/// <summary>
/// Runs chosen tests in this process, where a test host costs minutes: in virtual machines that are emulated. Each line of the
/// result is <c>ok NAME</c> or <c>not ok NAME: WHY</c>, the last one <c>the end of N checks</c>.
/// </summary>
internal static class ChosenTests
{
    /// <param name="arguments">Names of classes (<c>ValueTests</c>) or methods (<c>ValueTests.Method</c>); after
    /// <c>--without</c>, what the names of tests must not contain.</param>
    public static int Main(string[] arguments)
    {
        var split = Array.IndexOf(arguments, "--without");
        var (names, without) = split < 0 ? (arguments, []) : (arguments[..split], arguments[(split + 1)..]);
        using var framework = new XunitTestFramework(new Sink(_ => { }));
        var assembly = Assembly.GetExecutingAssembly();
        var all = Discover(framework, assembly);
        var chosen = new List<ITestCase>();
        var checks = 0;
        var failed = 0;
        foreach (var name in names)
        {
            var found = all.Where(test => Name(test) == name || Name(test).StartsWith($"{name}.", StringComparison.Ordinal)
                || Name(test).StartsWith($"{name}(", StringComparison.Ordinal)).ToList();
            if (found.Count == 0)
            {
                Print($"not ok {name}: there is no such test");
            }

            chosen.AddRange(
                found.Where(test => !without.Any(word => test.DisplayName.Contains(word, StringComparison.Ordinal))).Except(chosen));
        }

        using var executor = framework.GetExecutor(assembly.GetName());
        using var ended = new ManualResetEventSlim();
        var sink = new Sink(message =>
        {
            switch (message)
            {
                case ITestPassed passed:
                    Print($"ok {Name(passed.TestCase)} # {passed.ExecutionTime.ToString("F1", CultureInfo.InvariantCulture)} s");
                    break;
                case ITestFailed failure:
                    var lines = $"{failure.Messages[0]}\n{failure.StackTraces[0]}".Split('\n');
                    Print($"not ok {Name(failure.TestCase)}: {lines[0]}");
                    Console.WriteLine("# " + string.Join("\n# ", lines.Skip(1)));
                    break;
                case ITestSkipped skipped:
                    Print($"not ok {Name(skipped.TestCase)}: skipped, {skipped.Reason}");
                    break;
                case IErrorMessage error:
                    Print($"not ok {error.GetType().Name}: {error.Messages[0]}");
                    break;
                case ITestAssemblyFinished:
                    ended.Set();
                    break;
            }
        });
        executor.RunTests(chosen, sink, new Options());
        ended.Wait();
        Console.WriteLine($"the end of {checks} checks");
        return failed == 0 && checks > 0 ? 0 : 1;

        void Print(string line)
        {
            checks++;
            failed += line.StartsWith("ok", StringComparison.Ordinal) ? 0 : 1;
            Console.WriteLine(line);
        }
    }

    private static List<ITestCase> Discover(XunitTestFramework framework, Assembly assembly)
    {
        var found = new List<ITestCase>();
        using var complete = new ManualResetEventSlim();
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        var sink = new Sink(message =>
        {
            if (message is ITestCaseDiscoveryMessage discovery)
            {
                found.Add(discovery.TestCase);
            }
            else if (message is IDiscoveryCompleteMessage)
            {
                complete.Set();
            }
        });
        discoverer.Find(includeSourceInformation: false, sink, new Options());
        complete.Wait();
        return found;
    }

    private static string Name(ITestCase test) => test.DisplayName[(typeof(ChosenTests).Namespace!.Length + 1)..];

    private sealed class Sink(Action<IMessageSinkMessage> take) : LongLivedMarshalByRefObject, IMessageSink
    {
        public bool OnMessage(IMessageSinkMessage message)
        {
            lock (take)
            {
                take(message);
            }

            return true;
        }
    }

    /// <summary>xunit's defaults, but tests one after the other.</summary>
    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new()
        {
            ["xunit.execution.DisableParallelization"] = true,
            ["xunit.execution.SynchronousMessageReporting"] = true,
        };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out var value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
