//! What a process has used, as Linux tells it under /proc.

use std::fs;
use std::time::Duration;

/// What a process has used so far, all its threads together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// By the scheduler's clock.
    pub(crate) cpu: Duration,
    /// Times that a thread went to sleep by itself, and so was woken.
    pub(crate) wakeups: u64,
    /// Memory in use, KiB.
    pub(crate) resident: u64,
    /// The part of it that is its own, KiB.
    pub(crate) anonymous: u64,
}

/// Reads it; what is gone counts as nothing.
pub(crate) fn usage(pid: u32) -> Usage {
    let mut usage = Usage::default();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    usage.resident = field(&status, "VmRSS:");
    usage.anonymous = field(&status, "RssAnon:");
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else { return usage };
    for task in tasks.flatten() {
        let read = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
        let spent: u64 = read("schedstat").split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default();
        usage.cpu += Duration::from_nanos(spent);
        usage.wakeups += field(&read("status"), "voluntary_ctxt_switches:");
    }
    usage
}

fn field(status: &str, name: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}
