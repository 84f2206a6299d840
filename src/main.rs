//! Linear: arguments, configuration, logs, build, run, exit code.

use std::process::ExitCode;

use marquee::app::Ended;
use marquee::base::clock::Clock;
use marquee::base::config::Config;
use marquee::base::{memory, telemetry};
use marquee::cli::{self, Asked};
use marquee::devices::system::{EXIT_CODE, LogRing, RingBounds, RingLayer};
use marquee::{app, check, users};

fn main() -> ExitCode {
    match cli::read(std::env::args_os(), |name| std::env::var(name).ok()) {
        Asked::Print { text, to_stderr, exit_code } => {
            if to_stderr {
                eprint!("{text}");
            } else {
                print!("{text}");
            }
            ExitCode::from(exit_code)
        }
        Asked::Check(data_dir) => report(check::check(&data_dir)),
        Asked::User { data_dir, command } => report(users::see_to(&data_dir, command)),
        Asked::Capabilities(config) => report(app::capabilities(&config)),
        Asked::Serve(config) => serve(*config),
    }
}

fn serve(config: Config) -> ExitCode {
    memory::share_one_heap();
    let log = LogRing::new(Clock::system(), RingBounds::default());
    telemetry::start(config.log_format, &config.log, RingLayer::new(log.clone()));
    match app::serve(config, log) {
        Ok(Ended::Again) => ExitCode::from(EXIT_CODE),
        result => report(result.map(|_| String::new())),
    }
}

fn report(result: anyhow::Result<String>) -> ExitCode {
    match result {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("marquee: {error:#}");
            if error.is::<app::BadSetting>() { ExitCode::from(cli::EXIT_USAGE) } else { ExitCode::FAILURE }
        }
    }
}
