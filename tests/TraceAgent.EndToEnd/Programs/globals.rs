// Variables of modules. Prints, for each call, the line that a rule should log.
use std::sync::atomic::{AtomicI32, Ordering};

static COUNT: AtomicI32 = AtomicI32::new(5);

mod inner {
    pub static mut COUNT: i64 = 50;
}

#[inline(never)]
fn work(n: i32) {
    let (count, inner) = (COUNT.load(Ordering::SeqCst), unsafe { inner::COUNT });
    println!("{{\"rule\":\"work\",\"args\":{{\"n\":{},\"inner_COUNT\":{},\"count\":{}}}}}", n, inner, count);
    COUNT.fetch_add(n, Ordering::SeqCst);
    unsafe { inner::COUNT -= n as i64 };
}

fn main() {
    for n in 0..20 {
        work(n);
    }
}
