using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Binding.Captures;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Binding.Plans;

/// <summary>The fields of a rule's plan, and which of them each event shows.</summary>
internal sealed class PlanFields
{
    private readonly Rule _rule;
    private readonly RuleTerms _terms;
    private readonly SiteAbi _abi;
    private readonly TermLowering _lowering;
    private readonly List<CaptureField> _entry = [];
    private readonly List<CaptureField> _return = [];
    private readonly List<ShownValue> _shown = [];
    private readonly Expr? _entryCondition;
    private readonly Expr? _returnCondition;

    public PlanFields(Rule rule, RuleTerms terms, PlaceScope place)
    {
        _rule = rule;
        _terms = terms;
        _abi = place.Abi;
        _lowering = new TermLowering(place);
        var values = Values().Select((value, order) => value with { Order = order }).ToList();

        // What only conditions and returns need comes after what entries show: those indexes stay.
        foreach (var value in values.Where(v => v.WhyMissing != Outcome.Ok))
        {
            _shown.Add(new ShownValue(value, OnReturn: value.IsReturnValue, CapturedValue.NoField));
        }

        values.RemoveAll(v => v.WhyMissing != Outcome.Ok);
        foreach (var value in values.Where(v => v.OnEntry))
        {
            _shown.Add(new ShownValue(value, OnReturn: false, Add(value, _entry, _lowering.Lower)));
        }

        foreach (var value in values.Where(v => v.OnReturn))
        {
            _shown.Add(new ShownValue(value, OnReturn: true, Add(value, _return, OnReturn)));
        }

        AddDistance(values);
        (_entryCondition, _returnCondition) = Conditions();
    }

    /// <summary>Adds the distance from addresses of the file to those of the process, for pointers to functions.</summary>
    private void AddDistance(List<RuleValue> values)
    {
        if (_abi is not DebugSiteAbi { Distance: { } distance and not Expr.Constant }
            || !values.Exists(one => one.Type.Functions is not null))
        {
            return;
        }

        if (_rule.On != ProbeTrigger.Return)
        {
            EntryField(distance);
        }

        // At the caller, the code that is hit is not of the file.
        if (_rule.On is ProbeTrigger.Return or ProbeTrigger.Both && _abi.ReturnsAtInstructions)
        {
            _return.Add(new CaptureField(distance, new Storage.Scalar()));
        }
    }

    public CapturePlan Plan() => new(_abi.Architecture, _rule.On, _entry.ToEquatableArray(), _return.ToEquatableArray())
    {
        EntryCondition = _entryCondition,
        ReturnCondition = _returnCondition,
        SampleEvery = _rule.SampleEvery,
        LimitPerSecond = _rule.LimitPerSecond ?? Rule.NoLimit,
        ReturnsAtInstructions = _abi.ReturnsAtInstructions && _rule.NeedsReturn,
        LeavesByJumps = _abi.LeavesByJumps && _rule.NeedsReturn,
        Restarts = _abi.Restarts && (_rule.On != ProbeTrigger.Return || CapturePlan.Pairs(_rule.On, _abi.LeavesByJumps)),
        GoroutineRegister = CapturePlan.Pairs(_rule.On, _abi.LeavesByJumps) ? _abi.GoroutineRegister : null,
        ReadsPlainly = _rule.ReadsPlainly,
    };

    public IReadOnlyList<CapturedValue> ValuesOf(EventKind kind) =>
        [.. _shown
            .Where(s => kind == EventKind.Call || s.OnReturn == (kind == EventKind.Return))
            .OrderBy(s => s.Value.Order)
            .Select(s => new CapturedValue(
                s.Value.Name,
                s.Value.Type,
                kind == EventKind.Call && s.OnReturn && s.Index != CapturedValue.NoField ? s.Index + _entry.Count : s.Index,
                s.Value.IsReturnValue)
            {
                WhyMissing = s.Value.WhyMissing,
                Path = s.Value.Path,
                Part = s.Value.Part,
                IsOfEvent = s.Value.IsOfEvent,
            })];

    private IEnumerable<RuleValue> Values()
    {
        var hasEntry = _rule.On != ProbeTrigger.Return;
        foreach (var argument in hasEntry ? _terms.Arguments : [])
        {
            var late = argument.IsAtReturn || argument.Length is { NeedsReturn: true };
            yield return new RuleValue(argument.Name, argument.Type, new Term.Argument(argument.Index), argument.Length)
            {
                OnEntry = !late,
                OnReturn = late,
            };
        }

        foreach (var capture in _terms.Captures)
        {
            var early = !capture.NeedsReturn && hasEntry;
            var both = _rule.On == ProbeTrigger.Both && !capture.NeedsEntry;
            yield return new RuleValue(capture.Name, capture.Type, capture.Value, capture.Length)
            {
                WhyMissing = capture.WhyMissing,
                Path = capture.Path,
                Block = capture.Block,
                Part = capture.Part,
                OnEntry = early,
                OnReturn = !early || both,
            };
        }

        foreach (var returned in _rule.On == ProbeTrigger.Entry ? [] : _terms.Returned)
        {
            yield return new RuleValue(returned.Name, returned.Type, returned.Value, returned.Length)
            {
                WhyMissing = returned.WhyMissing,
                Path = returned.Path,
                Block = returned.Block,
                Part = returned.Part,
                OnReturn = true,
                IsReturnValue = true,
            };
        }

        foreach (var (name, type, special) in ContextField.All)
        {
            yield return new RuleValue(name, type, new Term.Special(special), null)
            {
                OnEntry = Shows(EventKind.Entry, name) || Shows(EventKind.Call, name),
                OnReturn = Shows(EventKind.Return, name),
                IsOfEvent = true,
            };
        }
    }

    private bool Shows(EventKind kind, string name) => _terms.Messages.Any(message => message.Kind == kind && message.Template.Shows(name));

    /// <summary>Adds the field of a value, unless there is one that has it already.</summary>
    /// <returns>The index of the field.</returns>
    private static int Add(RuleValue value, List<CaptureField> fields, Func<Term, Expr> lower)
    {
        var field = value.Block is { } block
            ? new CaptureType.Bytes(block.Size).Capture(lower(block.Address))
            : value.Type.Capture(lower(value.Term), value.Length is { } length ? lower(length) : null);
        if (value.Block is not null && fields.IndexOf(field) is >= 0 and var known)
        {
            return known;
        }

        fields.Add(field);
        return fields.Count - 1;
    }

    private (Expr? OnEntry, Expr? OnReturn) Conditions()
    {
        if (All([_rule.Who, _terms.When]) is not { } when)
        {
            return default;
        }

        var whole = _rule.On == ProbeTrigger.Call ? null : _lowering.Lower(when);
        return _rule.On switch
        {
            ProbeTrigger.Entry => (whole, null),
            ProbeTrigger.Return => (null, whole),
            ProbeTrigger.Both => (whole, whole),
            _ => (
                All(Conjuncts(when).Where(c => !c.NeedsReturn).Select(_lowering.Lower)),
                All(Conjuncts(when).Where(c => c.NeedsReturn).Select(OnReturn))),
        };
    }

    private static IEnumerable<Term> Conjuncts(Term term) => term is Term.Binary { Operator: BinaryOperator.AndAlso } both
        ? Conjuncts(both.Left).Concat(Conjuncts(both.Right))
        : [term];

    private static Term? All(IEnumerable<Term?> conditions) => conditions.OfType<Term>()
        .Aggregate((Term?)null, (all, next) => all is null ? next : new Term.Binary(BinaryOperator.AndAlso, all, next));

    private static Expr? All(IEnumerable<Expr> conditions) =>
        conditions.Aggregate((Expr?)null, (all, next) => all is null ? next : new Expr.Binary(BinaryOperator.AndAlso, all, next));

    private Expr OnReturn(Term term) =>
        _rule.On == ProbeTrigger.Call ? _lowering.LowerOnReturn(term, EntryField) : _lowering.Lower(term);

    /// <summary>The entry field that holds this value, a new one when there is none.</summary>
    private Expr.EntryField EntryField(Expr value)
    {
        var field = new CaptureField(value, new Storage.Scalar());
        var index = _entry.IndexOf(field);
        if (index < 0)
        {
            index = _entry.Count;
            _entry.Add(field);
        }

        return new Expr.EntryField(index);
    }

    /// <summary>A value of the rule, and in which of the parts it is read; for a call, it is in one part only.</summary>
    private sealed record RuleValue(string Name, CaptureType Type, Term Term, Term? Length)
    {
        /// <summary>The index among the values of the rule, from 0.</summary>
        public int Order { get; init; }

        /// <summary>See <see cref="CapturedValue.Path"/>.</summary>
        public EquatableArray<string> Path { get; init; }

        public MemoryBlock? Block { get; init; }

        /// <summary>See <see cref="CapturedValue.Part"/>.</summary>
        public ValuePart? Part { get; init; }

        /// <summary>See <see cref="CapturedValue.WhyMissing"/>.</summary>
        public Outcome WhyMissing { get; init; }

        public bool OnEntry { get; init; }

        public bool OnReturn { get; init; }

        public bool IsReturnValue { get; init; }

        public bool IsOfEvent { get; init; }
    }

    private sealed record ShownValue(RuleValue Value, bool OnReturn, int Index);
}
