//! The same work on many things, on as many threads as the machine has cores.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{Builder, available_parallelism, scope};

/// As much as the main thread usually has: what the work nests there, it nests here.
const STACK: usize = 8 << 20;

/// Fewer things than these are not worth a thread.
const LEAST: usize = 32;

/// What `work` makes of each of `items`, in their order.
pub(crate) fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let size = items.len().div_ceil(threads).max(LEAST);
    let all = |items: &[T]| items.iter().map(&work).collect::<Vec<R>>();
    let Some((here, elsewhere)) = items.split_at_checked(size) else { return all(items) };
    scope(|scope| {
        let all = &all;
        let threads: Vec<_> = elsewhere
            .chunks(size)
            .map(|items| {
                let thread = Builder::new().stack_size(STACK);
                (items, thread.spawn_scoped(scope, move || all(items)).ok())
            })
            .collect();
        let mut done = all(here);
        for (items, thread) in threads {
            // Where the system has no thread left, the work is done here.
            done.extend(match thread {
                Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                None => all(items),
            });
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn what_is_done_on_several_threads_comes_in_order() {
        for count in [0, 1, 32, 33, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(each(&items, |item| item + 1), (1..=count).collect::<Vec<_>>());
        }
    }
}
