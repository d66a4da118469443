// Enumerations with fields, closures, traits of generics.
use std::collections::HashMap;

#[derive(Debug)]
enum State {
    Ready,
    Busy { since: u64 },
}

struct Cart {
    items: Vec<u32>,
    state: State,
}

#[inline(never)]
fn total(cart: &Cart, rate: u32) -> u32 {
    let scale = |item: &u32| item * rate;
    let mut sum = 0;
    for item in &cart.items {
        let price = scale(item);
        sum += price;
    }
    sum
}

fn main() {
    let mut carts = HashMap::new();
    for name in std::env::args() {
        let state = if name.len() > 3 { State::Busy { since: 4 } } else { State::Ready };
        carts.insert(name, Cart { items: vec![1, 2, 3], state });
    }
    for (name, cart) in &carts {
        if let State::Busy { since } = cart.state {
            println!("{} {} {:?} {}", name, since, cart.state, total(cart, 2));
        }
    }
}
