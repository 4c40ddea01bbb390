//! Barriers: the next requests of a kind are held until all of them have arrived, then carried out one after the other
//! in a given order. So a race between two clients has both outcomes, on demand.
//!
//! Owns who waits for whom. Never waits: that is the server's.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Which of the held requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Turn {
    /// By arrival, from 0.
    Arrived(usize),
    /// The first one whose body or `Idempotency-Key` contains this, and that has no turn yet.
    Holding(String),
}

const fn two() -> usize {
    2
}

/// A barrier and the requests that it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barrier {
    /// Only this method; absent: any.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path and query (after `/v1`) contain this; absent: any.
    #[serde(default)]
    pub path: Option<String>,
    /// How many must have arrived.
    #[serde(default = "two")]
    pub requests: usize,
    /// Who is carried out first, second and so on; the others follow as they arrived.
    #[serde(default)]
    pub order: Vec<Turn>,
}

/// A request's place at a barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    barrier: u64,
    seat: usize,
}

/// One request that arrived.
#[derive(Clone, Debug)]
struct Seat {
    marks: Vec<u8>,
    /// Carried out, or gone.
    done: bool,
}

#[derive(Clone, Debug)]
struct Standing {
    number: u64,
    barrier: Barrier,
    seats: Vec<Seat>,
}

impl Standing {
    fn is_full(&self) -> bool {
        self.seats.len() >= self.barrier.requests
    }

    /// The seats in the order of their turns.
    fn turns(&self) -> Vec<usize> {
        let mut turns: Vec<usize> = Vec::new();
        for turn in &self.barrier.order {
            let seat = match turn {
                Turn::Arrived(seat) => Some(*seat).filter(|seat| *seat < self.seats.len() && !turns.contains(seat)),
                Turn::Holding(text) => (0..self.seats.len()).find(|seat| {
                    let marks = self.seats.get(*seat).map(|seat| seat.marks.as_slice()).unwrap_or_default();
                    !turns.contains(seat) && holds(marks, text.as_bytes())
                }),
            };
            turns.extend(seat);
        }
        let rest: Vec<usize> = (0..self.seats.len()).filter(|seat| !turns.contains(seat)).collect();
        turns.extend(rest);
        turns
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}

/// All barriers, the oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Barriers {
    standing: Vec<Standing>,
    count: u64,
}

impl Barriers {
    pub(super) fn add(&mut self, barrier: Barrier) {
        self.count += 1;
        self.standing.push(Standing { number: self.count, barrier, seats: Vec::new() });
    }

    /// Everyone who is held goes on.
    pub(super) fn clear(&mut self) {
        self.standing.clear();
    }

    /// Takes a place at the first barrier that waits for such a request.
    pub(super) fn arrive(&mut self, method: &str, target: &str, key: Option<&str>, body: &[u8]) -> Option<Place> {
        let standing = self.standing.iter_mut().find(|standing| {
            let it = &standing.barrier;
            !standing.is_full()
                && it.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && it.path.as_deref().is_none_or(|wanted| target.contains(wanted))
        })?;
        let mut marks = key.unwrap_or_default().as_bytes().to_vec();
        marks.push(b'\n');
        marks.extend_from_slice(body);
        standing.seats.push(Seat { marks, done: false });
        Some(Place { barrier: standing.number, seat: standing.seats.len() - 1 })
    }

    /// Whether all have arrived and all before this one are done.
    pub(super) fn may_go(&self, place: Place) -> bool {
        let Some(standing) = self.standing.iter().find(|standing| standing.number == place.barrier) else {
            return true;
        };
        let before = standing.turns().into_iter().take_while(|seat| *seat != place.seat);
        standing.is_full() && before.into_iter().all(|seat| standing.seats.get(seat).is_none_or(|seat| seat.done))
    }

    /// A request was carried out, or its client has gone.
    pub(super) fn done(&mut self, place: Place) {
        if let Some(standing) = self.standing.iter_mut().find(|standing| standing.number == place.barrier)
            && let Some(seat) = standing.seats.get_mut(place.seat)
        {
            seat.done = true;
        }
        self.standing.retain(|standing| !standing.is_full() || standing.seats.iter().any(|seat| !seat.done));
    }

    pub(super) fn list(&self) -> Value {
        let all = self
            .standing
            .iter()
            .map(|standing| json!({ "barrier": standing.barrier, "arrived": standing.seats.len() }));
        Value::Array(all.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn barriers(order: Vec<Turn>) -> Barriers {
        let mut barriers = Barriers::default();
        barriers.add(Barrier { method: Some("PUT".into()), path: Some("/tags".into()), requests: 2, order });
        barriers
    }

    fn arrive(barriers: &mut Barriers, body: &str) -> Option<Place> {
        barriers.arrive("PUT", "/conversations/1/tags", None, body.as_bytes())
    }

    #[test]
    fn nobody_goes_before_all_have_arrived_and_then_each_in_its_turn() {
        let orders = [vec![], vec![Turn::Arrived(1)], vec![Turn::Holding("b".into())], vec![Turn::Holding("z".into())]];
        for (order, first) in orders.into_iter().zip([0, 1, 1, 0]) {
            let mut barriers = barriers(order);
            let places = [arrive(&mut barriers, "a").unwrap()];
            assert!(!barriers.may_go(places[0]));
            let places = [places[0], arrive(&mut barriers, "b").unwrap()];
            assert!(arrive(&mut barriers, "c").is_none(), "the third passes by");
            let (first, second) = (places[first], places[1 - first]);
            assert!(barriers.may_go(first) && !barriers.may_go(second));
            barriers.done(first);
            assert!(barriers.may_go(second));
            barriers.done(second);
            assert_eq!(barriers.list(), json!([]));
        }
    }

    #[test]
    fn other_requests_pass_and_one_who_goes_away_is_waited_for_no_longer() {
        let mut barriers = barriers(vec![]);
        assert!(barriers.arrive("GET", "/conversations/1/tags", None, b"").is_none());
        assert!(barriers.arrive("PUT", "/conversations/1", None, b"").is_none());
        let gone = arrive(&mut barriers, "a").unwrap();
        barriers.done(gone);
        let second = arrive(&mut barriers, "b").unwrap();
        assert!(barriers.may_go(second));
        barriers.clear();
        assert!(barriers.may_go(second), "a barrier that was cleared holds nobody");
    }
}
