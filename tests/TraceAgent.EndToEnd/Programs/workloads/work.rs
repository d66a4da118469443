use std::collections::{BTreeMap, HashMap};
use std::panic;
use std::sync::{mpsc, Arc, Mutex};
use std::thread;

trait Shape { fn area(&self) -> f64; }
struct Square(f64);
struct Circle(f64);
impl Shape for Square { fn area(&self) -> f64 { self.0 * self.0 } }
impl Shape for Circle { fn area(&self) -> f64 { 3.0 * self.0 * self.0 } }

#[inline(never)]
fn deep(n: u64, pad: [u64; 8]) -> u64 { if n == 0 { pad[3] } else { let mut next = pad; next[3] = next[3].wrapping_mul(31) ^ n; deep(n - 1, next).wrapping_add(n) } }

#[inline(never)]
fn risky(n: usize) -> usize { let list = vec![1, 2, 3]; if n % 4 == 0 { panic!("four") } list[n % 5] }

fn hash(text: &str) -> u64 { text.bytes().fold(0xcbf29ce484222325, |h, b| (h ^ b as u64).wrapping_mul(0x100000001b3)) }

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let total = Arc::new(Mutex::new(0u64));
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..6u64).map(|k| {
        let (total, sender) = (total.clone(), sender.clone());
        thread::spawn(move || {
            for i in 0..40 { *total.lock().unwrap() += deep(i * 5 + k, [k; 8]) % 1000; }
            sender.send((k, hash(&format!("{:?}", k)))).unwrap();
            if k == 3 { panic!("three") }
            k * 2
        })
    }).collect();
    drop(sender);
    let ends: Vec<_> = threads.into_iter().map(|t| t.join().map_err(|_| "panicked")).collect();
    let mut received: Vec<_> = receiver.iter().collect();
    received.sort();
    println!("{:?} {:?} {}", ends, received, total.lock().unwrap());
    for n in 0..8 { println!("{:?}", panic::catch_unwind(|| risky(n)).map_err(|_| "caught")); }
    let mut counts = HashMap::new();
    for word in "the cat and the dog and the bird ".repeat(40).split_whitespace() { *counts.entry(word.to_string()).or_insert(0) += 1; }
    println!("{:?}", counts.iter().collect::<BTreeMap<_, _>>());
    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Square(2.0)), Box::new(Circle(1.5))];
    println!("{:.3}", shapes.iter().map(|s| s.area()).sum::<f64>());
    let mut numbers: Vec<u64> = (0..3000).map(|i| hash(&i.to_string())).collect();
    numbers.sort_unstable();
    println!("{:x} {:?} {:?}", numbers[1500], "12x".parse::<i32>().is_err(), "ünïcode".to_uppercase());
    std::process::exit(6);
}
