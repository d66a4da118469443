using System.Globalization;
using TraceAgent.Linux.Host;

namespace TraceAgent.Engine.Trust;

/// <summary>The users who may say what the agent does: root always, and those given.</summary>
public sealed class TrustedUsers(params IEnumerable<uint> users)
{
    private const uint Root = 0;
    private const string SudoUser = "SUDO_UID";

    private readonly HashSet<uint> _users = [Root, .. users];

    /// <summary>
    /// The trusted users with the user as whom this process runs; and the one who called sudo, since that user may run anything
    /// as root.
    /// </summary>
    public static TrustedUsers OfThisProcess()
    {
        var own = UserAccounts.EffectiveUser;
        var caller = Environment.GetEnvironmentVariable(SudoUser);
        return own == Root && uint.TryParse(caller, NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            ? new TrustedUsers(user)
            : new TrustedUsers(own);
    }

    public bool Contains(uint user) => _users.Contains(user);

    /// <summary>True when nobody else is in the group.</summary>
    public bool Fill(uint group) => group == Root || UserAccounts.AllMembersAre(group, _users);
}
