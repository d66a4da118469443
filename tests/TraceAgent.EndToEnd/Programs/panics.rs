// Prints each call that returns; panics pass through the others.
use std::panic::catch_unwind;

#[no_mangle]
#[inline(never)]
pub extern "Rust" fn inner(n: i64) -> i64 {
    if n % 3 == 0 {
        panic!("a third");
    }
    n * 7
}

#[no_mangle]
#[inline(never)]
pub extern "Rust" fn outer(n: i64) -> i64 {
    std::hint::black_box(inner(std::hint::black_box(n))) + 1
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    for n in 1..=30 {
        match catch_unwind(|| outer(n)) {
            Ok(result) => println!("outer {} = {}", n, result),
            Err(_) => println!("thrown"),
        }
    }
}
