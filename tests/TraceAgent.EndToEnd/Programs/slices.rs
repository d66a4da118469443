//! Calls functions with Rust strings. For each call it prints the values as a line about it should show them.

/// Of std::hint only since Rust 1.66.
fn black_box<T>(value: T) -> T {
    unsafe {
        let copy = std::ptr::read_volatile(&value);
        std::mem::forget(value);
        copy
    }
}

#[repr(C)]
pub struct Order<'a> {
    number: u64,
    customer: &'a str,
    price: f64,
    items: [&'a str; 2],
    counts: [u32; 3],
}

#[no_mangle]
#[inline(never)]
pub fn greet(number: i32, name: &str, loud: bool, other: &str) -> usize {
    black_box(black_box(name).len() + black_box(other).len() + number as usize + loud as usize)
}

#[no_mangle]
#[inline(never)]
pub fn compared(name: &str) -> usize {
    black_box(black_box(name).len())
}

#[no_mangle]
#[inline(never)]
pub fn ship(order: &Order) -> u64 {
    black_box(order.number)
}

#[no_mangle]
#[inline(never)]
pub fn numbers(values: &[i16], ratio: f64, count: u8) -> usize {
    black_box(black_box(values).len() + count as usize + ratio as usize)
}

fn call(name: &str, shown: &str, rest: &str) {
    greet(black_box(-5), black_box(name), black_box(true), black_box("else"));
    println!("{{\"rule\":\"greet\",\"args\":{{\"number\":-5,\"name\":\"{shown}\",\"loud\":true,\"other\":\"else\"}}{rest}}}");
    compared(black_box(name));
    if name != "nobody" {
        println!("{{\"rule\":\"compared\",\"args\":{{\"name\":\"{shown}\"}}{rest}}}");
    }
}

fn main() {
    let owned = String::from("a part of a longer text");
    let order = Order { number: u64::MAX, customer: "Ferris", price: 0.25, items: ["claw", "shell"], counts: [1, 2, 4_000_000_000] };

    call("", "", "");
    call("somebody", "somebody", "");
    call("nobody", "nobody", "");
    call(&owned[2..6], "part", "");
    call("twenty-five bytes of text", "twenty-five bytes of", ",\"lengths\":{\"name\":25},\"problems\":{\"name\":\"truncated\"}");
    call("gr\u{fc}\u{df}", "gr\\u00fc\\u00df", "");
    ship(black_box(&order));
    println!(
        "{{\"rule\":\"ship\",\"args\":{{\"order\":\"{:p}\",\"number\":\"18446744073709551615\",\"customer\":\"Ferris\",\"price\":0.25,\"second\":\"shell\",\"counts\":[1,2,4000000000]}}}}",
        &order
    );
    numbers(black_box(&[-1, 2, 300]), black_box(1.5), black_box(9));
    println!("{{\"rule\":\"numbers\",\"args\":{{\"values\":[-1,2,300],\"length\":3,\"count\":9}}}}");
}
