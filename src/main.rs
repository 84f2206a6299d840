//! Linear: arguments, configuration, logs, build, run, exit code.

fn main() {}
