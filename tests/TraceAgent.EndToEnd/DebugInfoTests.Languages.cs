namespace TraceAgent.EndToEnd;

/// <summary>Parameters and members of C++ and Rust, and pointers to functions, are those that the program prints.</summary>
public sealed partial class DebugInfoTests
{
    [Theory]
    [MemberData(nameof(Options))]
    public void Parameters_and_members_of_C_plus_plus_have_the_values_that_the_program_prints(string options)
    {
        var program = TracedProgram.Compile("parameters.cpp", options.Split(' '));

        // clang -O0 says of one parameter only where it is after the first instructions.
        AssertLogged(program, $$"""
            rules:
              - name: add
                binary: {{program}}
                symbol: shop::Cart::add
                args: auto
                capture:
                  of: this->id
                  called: this->name
                  label: this->tag
                  sum: this->total
                  boxed: box->value
                  deep: '*box->where'
                  kept: this->kept
              - name: twice
                binary: {{program}}
                symbol: shop::Cart::twice
                args: auto
              - name: hidden
                binary: {{program}}
                symbol: '*hidden*'
                args: auto
                capture: {its: cart.id}
            """, share: 20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Parameters_and_members_of_Rust_have_the_values_that_the_program_prints(int level)
    {
        var program = TracedProgram.Compile("parameters.rs", "-g", "-C", $"opt-level={level}");

        AssertLogged(program, $$"""
            rules:
              - name: take
                binary: {{program}}
                symbol: parameters::take
                args: auto
                capture: {id: order.id, b: order.pair.b, second: 'order.codes[1]', paid: order.is_paid, kept: order.color,
                  y: order.point.__1}
              - name: halves
                binary: {{program}}
                symbol: parameters::halves
                args: auto
                capture: {of: '*by'}
              - name: advance
                binary: {{program}}
                symbol: parameters::Order::advance
                args: auto
                capture: {id: self.id}
            """);
    }

    [Theory]
    [MemberData(nameof(Options))]
    [InlineData("-O2 -gdwarf-5 -no-pie")]
    public void Pointers_to_functions_are_the_names_that_the_program_prints(string options)
    {
        var program = TracedProgram.Compile("callbacks", options.Split(' '));

        AssertLogged(program, $$"""
            rules:
              - name: choose
                binary: {{program}}
                symbol: choose
                args: auto
                on: call
                capture: {of: route->serve, steps: route->steps, all: '*route', address: (unsigned long)serve}
            """);
    }
}
