namespace TraceAgent.Yaml.Diagnostics;

/// <summary>The codes of what can be wrong in the text of a rule file (TA1xx). A code keeps its meaning for ever.</summary>
public static class DiagnosticCode
{
    /// <summary>The file could not be opened or read.</summary>
    public const string Unreadable = "TA100";

    /// <summary>The text is not YAML.</summary>
    public const string Syntax = "TA101";

    /// <summary>The bytes are not UTF-8, or hold characters that YAML does not allow.</summary>
    public const string Encoding = "TA102";

    /// <summary>A key that the rule language does not have.</summary>
    public const string UnknownKey = "TA103";

    /// <summary>The file is larger, or nests deeper, than a rule file can be.</summary>
    public const string TooLarge = "TA104";

    /// <summary>
    /// A YAML feature that rule files do not use: tags, several documents, keys that are not text; an alias without an anchor.
    /// </summary>
    public const string UnsupportedYaml = "TA105";

    /// <summary>A key stands twice in one mapping.</summary>
    public const string DuplicateKey = "TA106";

    /// <summary>A required key, or its value, is missing.</summary>
    public const string MissingKey = "TA107";

    /// <summary>Text, a list or a mapping where something else belongs.</summary>
    public const string WrongType = "TA108";

    /// <summary>A value that its key does not allow.</summary>
    public const string InvalidValue = "TA109";

    /// <summary>Keys that exclude each other, or a key that means nothing beside another.</summary>
    public const string KeyConflict = "TA110";

    /// <summary>Two rules have one name.</summary>
    public const string DuplicateRule = "TA111";

    /// <summary>A rule names an output that the agent configuration does not have.</summary>
    public const string UnknownOutput = "TA112";

    /// <summary>A message template with a stray brace or a malformed <c>{name}</c>.</summary>
    public const string TemplateSyntax = "TA120";

    /// <summary>A message template names a value that its event does not have.</summary>
    public const string UnknownName = "TA121";

    /// <summary>A format in a message template that does not fit its value.</summary>
    public const string UnknownFormat = "TA122";

    /// <summary>An expression that cannot be read, such as one with a stray bracket.</summary>
    public const string ExpressionSyntax = "TA130";

    /// <summary>An expression names a value that the rule does not have there.</summary>
    public const string UnknownValue = "TA131";

    /// <summary>Values that cannot be computed with like this, such as a string and a number.</summary>
    public const string TypeMismatch = "TA132";

    /// <summary>An expression that needs what is not there: debug information, floating point.</summary>
    public const string NotAvailable = "TA133";

    /// <summary>An expression that is longer, nests deeper or computes more than one can.</summary>
    public const string ExpressionTooLarge = "TA134";

    /// <summary>An expression that would tell something of a redacted value.</summary>
    public const string RedactedValue = "TA135";

    /// <summary>A signature that is not a C prototype.</summary>
    public const string SignatureSyntax = "TA136";

    /// <summary>Two values with one name, or a name that is taken.</summary>
    public const string DuplicateValue = "TA137";

    /// <summary>A text that is no address and no network.</summary>
    public const string InvalidPrefix = "TA140";

    /// <summary>Every address there is would be denied, and the rule does not say <c>unsafe: true</c>.</summary>
    public const string DeniesEverything = "TA141";

    /// <summary>An address that stands twice, or in both lists.</summary>
    public const string DuplicatePrefix = "TA142";

    /// <summary>A file of addresses is not there.</summary>
    public const string PrefixFileMissing = "TA143";

    /// <summary>Warning: a name that the rule exempts from redaction would not be redacted anyway.</summary>
    public const string NotRedacted = "TA160";

    /// <summary>Warning: a number that stands for a duration and has no unit.</summary>
    public const string NumberWithoutUnit = "TA150";

    /// <summary>The file has more errors than are listed.</summary>
    public const string TooManyErrors = "TA199";
}
