//! Which job this process belongs to, and whether somebody can continue it after a stop.
//!
//! Process groups and sessions are numbers that may be 0: in a container a process can belong to a group that was
//! made outside, which has no number inside. Such a group says nothing, so it is never taken as proof of anything.
//! Asked through nix because its numbers may be 0; rustix takes that as impossible.

use nix::unistd::{Pid, getpgid, getpgrp, getppid, getsid};

/// A process's group and session; `None` is one that has no number here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Job {
    group: Option<i32>,
    session: Option<i32>,
}

impl Job {
    /// The job of `pid`, or of this process.
    fn of(pid: Option<Pid>) -> Self {
        let number = |found: nix::Result<Pid>| found.ok().map(Pid::as_raw).filter(|&number| number > 0);
        Self { group: number(getpgid(pid)), session: number(getsid(pid)) }
    }

    /// Whether a parent with the job `parent` is a shell with job control above this one: in this session, but in
    /// another group. It sees a stop and can undo it.
    fn is_watched_by(self, parent: Self) -> bool {
        let Self { group: Some(group), session: Some(session) } = self else { return false };
        let Self { group: Some(parents_group), session: Some(parents_session) } = parent else { return false };
        session == parents_session && group != parents_group
    }
}

/// Whether a shell with job control is sure to stand above this process.
pub(super) fn has_shell_above() -> bool {
    let parent = getppid();
    // 0: the parent is outside.
    parent.as_raw() > 0 && Job::of(None).is_watched_by(Job::of(Some(parent)))
}

/// Whether this process is in the group numbered `foreground`.
pub(super) fn is_in_group(foreground: i32) -> bool {
    foreground == getpgrp().as_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn job(group: Option<i32>, session: Option<i32>) -> Job {
        Job { group, session }
    }

    #[test]
    fn a_shell_is_in_the_same_session_and_in_another_group() {
        assert!(job(Some(20), Some(10)).is_watched_by(job(Some(10), Some(10))));
        assert!(!job(Some(20), Some(10)).is_watched_by(job(Some(20), Some(10))), "the same group: a script");
        assert!(!job(Some(20), Some(20)).is_watched_by(job(Some(10), Some(10))), "another session: a terminal program");
    }

    #[test]
    fn a_group_or_session_without_a_number_proves_nothing() {
        let numbers = [None, Some(10), Some(20)];
        for own in numbers.map(|group| numbers.map(|session| job(group, session))).as_flattened() {
            for parent in numbers.map(|group| numbers.map(|session| job(group, session))).as_flattened() {
                let known = [own.group, own.session, parent.group, parent.session].iter().all(Option::is_some);
                assert!(known || !own.is_watched_by(*parent), "{own:?} under {parent:?}");
            }
        }
    }

    #[test]
    fn the_job_of_this_process_can_always_be_asked() {
        assert!(Job::of(None).group.is_none_or(|number| number > 0));
        has_shell_above();
    }
}
