using CsCheck;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Tests;

public sealed class RecordLayoutTests
{
    private static readonly Gen<EquatableArray<CaptureField>> Fields = Gen
        .OneOf<Storage>(Gen.Const((Storage)new Storage.Scalar()), Gen.Int[1, 4096].Select(max => (Storage)new Storage.Text(max)))
        .Select(storage => new CaptureField(new Expr.Load(new Expr.Register(5), 8, Signed: false), storage))
        .Array[0, 20]
        .Select(fields => fields.ToEquatableArray());

    [Fact]
    public void The_parts_of_any_record_are_aligned_and_do_not_overlap()
    {
        Gen.Select(Gen.Enum<EventKind>(), Fields, Fields).Sample((kind, entry, @return) =>
        {
            var layout = RecordLayout.Of(kind, entry, @return);
            var bytes = new bool[layout.Size];
            Assert.Equal(0, layout.Size % 8);
            Take(bytes, 0, kind == EventKind.Call ? RecordLayout.DurationOffset + 8 : RecordLayout.HeaderSize);
            foreach (var field in layout.Fields)
            {
                Assert.Equal(0, field.Offset % 8);
                Take(bytes, field.Offset, field.Storage.Size);
                if (field.Storage is Storage.Scalar)
                {
                    Take(bytes, field.OutcomeOffset!.Value, 1);
                }
            }
        });
    }

    [Fact]
    public void Fields_lie_in_the_order_of_the_plan_first_those_of_the_entry()
    {
        Gen.Select(Fields, Fields).Sample((entry, @return) =>
        {
            var layout = RecordLayout.Of(EventKind.Call, entry, @return);

            Assert.Equal([.. entry.Concat(@return).Select(field => field.Storage)], layout.Fields.Select(field => field.Storage));
            Assert.Equal(layout.Fields.OrderBy(field => field.Offset), layout.Fields);
            Assert.Equal(layout.EntryPart + layout.EntryPartSize, layout.ReturnPart);
            Assert.All(layout.Fields.Take(entry.Count), field =>
                Assert.InRange(field.Offset + field.Storage.Size, layout.EntryPart, layout.ReturnPart));
            Assert.All(
                layout.Fields.Skip(entry.Count), field => Assert.InRange(field.OutcomeOffset!.Value, layout.ReturnPart, layout.Size - 1));
        });
    }

    /// <summary>The compiler clears the outcomes of scalars by eights.</summary>
    [Fact]
    public void The_outcomes_of_the_scalars_of_a_part_lie_together_in_words_of_their_own()
    {
        Gen.Select(Fields, Fields).Sample((entry, @return) =>
        {
            var layout = RecordLayout.Of(EventKind.Call, entry, @return);

            AssertTogether(layout.EntryPart, layout.Fields.Take(entry.Count));
            AssertTogether(layout.ReturnPart, layout.Fields.Skip(entry.Count));
            Assert.Equal((0, 0), (layout.EntryPart % 8, layout.ReturnPart % 8));
        });

        static void AssertTogether(int start, IEnumerable<FieldSlot> fields)
        {
            var scalars = fields.Where(field => field.Storage is Storage.Scalar).ToList();
            Assert.Equal(Enumerable.Range(start, scalars.Count), scalars.Select(field => field.OutcomeOffset!.Value));
        }
    }

    [Fact]
    public void What_has_a_head_has_its_outcome_in_it()
    {
        var text = new CaptureField(new Expr.Register(5), new Storage.Text(128));

        var layout = RecordLayout.Of(EventKind.Entry, [text], []);

        Assert.Equal(layout.Fields[0].Offset + Storage.HeadOutcome, layout.Fields[0].OutcomeOffset);
        Assert.Equal(RecordLayout.HeaderSize, layout.Fields[0].Offset);
    }

    [Fact]
    public void What_is_always_there_has_no_outcome()
    {
        var register = new CaptureField(new Expr.Extend(new Expr.Register(5), 4, Signed: true), new Storage.Scalar());
        var memory = new CaptureField(new Expr.Load(new Expr.Register(4), 8, Signed: false), new Storage.Scalar());

        var layout = RecordLayout.Of(EventKind.Call, [register, register], [memory]);

        Assert.Equal([null, null, layout.ReturnPart], layout.Fields.Select(field => field.OutcomeOffset));
        Assert.Equal((16, layout.ReturnPart + 16), (layout.EntryPartSize, layout.Size));
        Assert.Equal(Outcome.Ok, layout.Fields[0].OutcomeIn([]));
    }

    [Fact]
    public void Two_integers_are_one_cache_line_with_the_header_that_the_ring_puts_before_them()
    {
        const int ringHeader = 8;
        var register = new CaptureField(new Expr.Register(5), new Storage.Scalar());

        Assert.Equal(64, ringHeader + RecordLayout.Of(EventKind.Entry, [register, register], []).Size);
    }

    [Fact]
    public void The_parts_of_the_header_do_not_overlap()
    {
        var bytes = new bool[RecordLayout.HeaderSize];
        Take(bytes, RecordLayout.TimeOffset, 8);
        Take(bytes, RecordLayout.SlotOffset, 2);
        Take(bytes, RecordLayout.KindOffset, 2);
        Take(bytes, RecordLayout.SiteOffset, 4);
        Take(bytes, RecordLayout.PidTidOffset, 8);
        Take(bytes, RecordLayout.CommOffset, RecordLayout.CommSize);

        Assert.DoesNotContain(false, bytes);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 8)]
    [InlineData(8, 8)]
    [InlineData(9, 16)]
    public void Sizes_are_rounded_up_to_eight(int size, int expected) => Assert.Equal(expected, RecordLayout.Align(size));

    [Theory]
    [InlineData(1, 16)]
    [InlineData(6, 16)]
    [InlineData(7, 24)]
    [InlineData(4096, 4112)]
    public void A_text_has_room_for_its_length_its_NUL_and_one_byte_too_many(int max, int expected)
    {
        var text = new Storage.Text(max);

        Assert.Equal((max + 2, expected), (text.ReadSize, text.Size));
    }

    private static void Take(bool[] bytes, int start, int size)
    {
        for (var i = start; i < start + size; i++)
        {
            Assert.False(bytes[i], $"byte {i} is used twice");
            bytes[i] = true;
        }
    }
}
