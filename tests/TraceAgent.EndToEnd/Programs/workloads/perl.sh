cd "$WORK"
$RUN -e '
use strict; use warnings;
sub deep { my $n = shift; return $n == 0 ? 0 : 1 + deep($n - 1) }
print deep(60), "\n";
eval { die { code => 7 } }; print "died with $@->{code}\n";
my %count; $count{$_}++ for "the cat and the dog and the bird" =~ /\w+/g;
print join(" ", map { "$_=$count{$_}" } sort keys %count), "\n";
my @sorted = sort { $b <=> $a } map { $_ * 37 % 101 } 1 .. 60; print "@sorted[0 .. 5]\n";
local $SIG{USR1} = sub { print "signal\n" }; kill USR1 => $$;
my $pid = fork // die; if (!$pid) { exit 9 } waitpid $pid, 0; print "child ", $? >> 8, "\n";
print scalar(`echo from a child`), sprintf("%.3f %s\n", sqrt(2), uc "done");
OUTER: for my $i (1 .. 5) { for my $j (1 .. 5) { next OUTER if $j == 3; last OUTER if $i == 3 } }
my $text = "a-b-c"; (my $other = $text) =~ tr/a-c/A-C/; print "$other ", join("|", split /-/, $text), "\n";
exit 3;
'
echo "status $?"
