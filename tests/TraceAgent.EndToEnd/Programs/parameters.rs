// Parameters and members of Rust. Prints, for each call, the line that a rule with "args: auto" should log.
use std::hint::black_box;

const CALLS: i32 = 20;

pub struct Pair {
    pub a: i64,
    pub b: u64,
}

pub struct Order {
    pub id: u64,
    pub pair: Pair,
    pub codes: [u16; 3],
    pub is_paid: bool,
    pub color: Color,
    pub point: (i32, i32),
}

#[repr(i8)]
#[derive(Clone, Copy, PartialEq)]
pub enum Color {
    Red,
    Blue = -3,
}

fn name(color: Color) -> &'static str {
    if color == Color::Red { "Red" } else { "Blue" }
}

#[inline(never)]
fn take(order: &Order, n: i8, yes: bool, color: Color, small: u16) -> u64 {
    println!(
        "{{\"rule\":\"take\",\"args\":{{\"order\":\"{:p}\",\"n\":{},\"yes\":{},\"color\":\"{}\",\"small\":{},\"id\":{},\"b\":{},\"second\":{},\
         \"paid\":{},\"kept\":\"{}\",\"y\":{}}}}}",
        order, n, yes, name(color), small, order.id, order.pair.b, order.codes[1], order.is_paid, name(order.color), order.point.1
    );
    order.id.wrapping_add(small as u64 + n.unsigned_abs() as u64)
}

// Two words, in two registers.
#[inline(never)]
fn halves(pair: Pair, by: &mut i32) -> i64 {
    println!("{{\"rule\":\"halves\",\"args\":{{\"pair\":{{\"a\":{},\"b\":{}}},\"by\":\"{:p}\",\"of\":{}}}}}", pair.a, pair.b, by, by);
    *by += 1;
    pair.a + pair.b as i64
}

impl Order {
    #[inline(never)]
    fn advance(&mut self, by: u64) -> bool {
        println!("{{\"rule\":\"advance\",\"args\":{{\"self\":\"{:p}\",\"by\":{},\"id\":{}}}}}", self, by, self.id);
        self.id += by;
        self.id % 2 == 0
    }
}

fn main() {
    for n in 0..CALLS {
        let mut order = Order {
            id: 1000 + n as u64,
            pair: Pair { a: -n as i64, b: n as u64 * 10_000_000_000 },
            codes: [1, n as u16, 3],
            is_paid: n % 3 == 0,
            color: if n % 2 == 0 { Color::Red } else { Color::Blue },
            point: (n, -n),
        };
        let mut by = n * 3;
        black_box(take(&order, (n - 10) as i8, n % 2 == 0, order.color, 65000 + n as u16));
        black_box(halves(Pair { a: n as i64, b: 7 + n as u64 }, &mut by));
        black_box(order.advance(by as u64));
        black_box(&order);
    }
}
