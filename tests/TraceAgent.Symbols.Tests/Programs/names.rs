// Names of all kinds: methods of types with and without parameters, closures, traits, letters beyond ASCII.
use std::collections::{BTreeMap, HashMap};
use std::fmt;

pub struct Cart {
    items: Vec<String>,
}

impl Cart {
    #[inline(never)]
    pub fn push(&mut self, item: &str) -> usize {
        self.items.push(item.to_string());
        self.items.len()
    }
}

impl fmt::Display for Cart {
    #[inline(never)]
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}", self.items.join(", "))
    }
}

pub struct Stack<T> {
    values: Vec<T>,
}

impl<T: Clone> Stack<T> {
    #[inline(never)]
    pub fn push(&mut self, value: T) -> Option<T> {
        self.values.push(value);
        self.values.first().cloned()
    }
}

#[inline(never)]
fn größe(länge: u64) -> u64 {
    länge * 2
}

#[inline(never)]
fn apply<F: Fn(u64) -> u64>(f: F, values: &[u64]) -> u64 {
    values.iter().map(|&value| f(value)).sum()
}

fn main() {
    let mut cart = Cart { items: vec![] };
    cart.push("bread");
    let mut numbers = Stack { values: vec![1i32] };
    numbers.push(2);
    let mut words = Stack { values: vec!["a".to_string()] };
    words.push("b".to_string());
    let mut by_name: HashMap<String, u64> = HashMap::new();
    let mut sorted: BTreeMap<u64, Box<dyn Fn(u64) -> u64>> = BTreeMap::new();
    by_name.insert("x".to_string(), größe(3));
    sorted.insert(1, Box::new(|value| value + 1));
    println!("{cart} {} {}", apply(|value| value * 3, &[1, 2, 3]), sorted.len() + by_name.len());
}
