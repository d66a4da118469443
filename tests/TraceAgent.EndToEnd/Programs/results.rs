// Results of Rust. Prints, for each call, the line that a rule with "args: auto" and "on: call" should log.
use std::hint::black_box;

const CALLS: i32 = 20;

pub struct Pair {
    pub a: i64,
    pub b: u64,
}

pub struct Narrow {
    pub a: i32,
    pub b: i64,
}

pub struct Large {
    pub pair: Pair,
    pub count: u32,
    pub is_last: bool,
}

#[repr(i8)]
#[derive(Clone, Copy)]
pub enum Color {
    Red,
    Blue = -3,
}

#[inline(never)]
fn pair(n: i32) -> Pair {
    println!("{{\"rule\":\"pair\",\"args\":{{\"n\":{}}},\"ret\":{{\"a\":{},\"b\":{}}}}}", n, -n, n as u64 * 10_000_000_000);
    Pair { a: -n as i64, b: n as u64 * 10_000_000_000 }
}

#[inline(never)]
fn narrow(n: i32) -> Narrow {
    println!("{{\"rule\":\"narrow\",\"args\":{{\"n\":{}}},\"ret\":{{\"a\":{},\"b\":{}}}}}", n, n * 3, -n);
    Narrow { a: n * 3, b: -n as i64 }
}

#[inline(never)]
fn large(n: i32) -> Large {
    println!(
        "{{\"rule\":\"large\",\"args\":{{\"n\":{}}},\"ret\":{{\"pair\":{{\"a\":{},\"b\":2}},\"count\":{},\"is_last\":{}}}}}",
        n,
        n,
        n + 1,
        n == CALLS - 1
    );
    Large { pair: Pair { a: n as i64, b: 2 }, count: n as u32 + 1, is_last: n == CALLS - 1 }
}

#[inline(never)]
fn color(n: i32) -> Color {
    println!("{{\"rule\":\"color\",\"args\":{{\"n\":{}}},\"ret\":\"{}\"}}", n, if n % 2 == 0 { "Red" } else { "Blue" });
    if n % 2 == 0 { Color::Red } else { Color::Blue }
}

#[inline(never)]
fn real(n: i32) -> f64 {
    println!("{{\"rule\":\"real\",\"args\":{{\"n\":{}}},\"ret\":null,\"problems\":{{\"ret\":\"vector_register\"}}}}", n);
    n as f64 + 0.5
}

fn main() {
    // What no caller uses, optimized code need not return.
    for n in 0..CALLS {
        black_box((pair(n), narrow(n), large(n), color(n), real(n)));
    }
}
