//! Pure: attempt and seed to a delay.

use std::time::Duration;

/// Exponential growth from `first` to `most`, with up to a quarter taken off by `seed` so that many do not come at
/// once. `attempt` counts from 1.
#[must_use]
pub fn delay(attempt: u32, first: Duration, most: Duration, seed: u64) -> Duration {
    let doublings = attempt.saturating_sub(1).min(20);
    let full = first.saturating_mul(1_u32 << doublings).min(most);
    let off = full / 4;
    full - off.mul_f64((seed % 1_000) as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_the_limit_and_never_pass_it() {
        let (first, most) = (Duration::from_secs(1), Duration::from_secs(30));
        assert_eq!(delay(1, first, most, 0), first);
        assert_eq!(delay(3, first, most, 0), Duration::from_secs(4));
        for attempt in 1..200 {
            for seed in [0, 1, 500, 999, u64::MAX] {
                let it = delay(attempt, first, most, seed);
                assert!(it <= most && it >= first.mul_f64(0.7));
            }
        }
    }
}
