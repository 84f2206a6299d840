//! Linear: arguments, configuration, logs, build, run, exit code.

use std::process::ExitCode;

use marquee::app::Ended;
use marquee::base::clock::Clock;
use marquee::base::config::Config;
use marquee::base::{memory, telemetry};
use marquee::cli::{self, Asked};
use marquee::devices::system::{EXIT_CODE, LogRing, RingBounds, RingLayer};
use marquee::devices::update::{Deadline, step_aside};
use marquee::{app, check, render, users};

fn main() -> ExitCode {
    let serves = std::env::args_os().nth(1).is_some_and(|word| word == "serve");
    let on_trial = serves && step_aside(std::env::args_os().skip(1));
    let deadline =
        if on_trial { Deadline::of_this_program(|| std::process::exit(EXIT_CODE.into())) } else { Deadline::default() };
    ExitCode::from(match run(deadline) {
        // The settings may suit the version before this one, so it is not left at that.
        cli::EXIT_USAGE if on_trial => EXIT_CODE,
        code => code,
    })
}

fn run(deadline: Deadline) -> u8 {
    match cli::read(std::env::args_os(), |name| std::env::var(name).ok()) {
        Asked::Print { text, to_stderr, exit_code } => {
            if to_stderr {
                eprint!("{text}");
            } else {
                print!("{text}");
            }
            exit_code
        }
        Asked::Check(data_dir) => report(check::check(&data_dir)),
        Asked::Render(request) => report(render::render(&request).map_err(Into::into)),
        Asked::User { data_dir, command } => report(users::see_to(&data_dir, command)),
        Asked::Capabilities(config) => report(app::capabilities(&config)),
        Asked::Serve(config) => serve(*config, deadline),
    }
}

fn serve(config: Config, deadline: Deadline) -> u8 {
    memory::share_one_heap();
    let log = LogRing::new(Clock::system(), RingBounds::default());
    telemetry::start(config.log_format, &config.log, RingLayer::new(log.clone()));
    match app::serve(config, log, deadline) {
        Ok(Ended::Again) => EXIT_CODE,
        result => report(result.map(|_| String::new())),
    }
}

fn report(result: anyhow::Result<String>) -> u8 {
    match result {
        Ok(text) => {
            print!("{text}");
            0
        }
        Err(error) => {
            eprintln!("marquee: {error:#}");
            if error.is::<app::BadSetting>() { cli::EXIT_USAGE } else { 1 }
        }
    }
}
