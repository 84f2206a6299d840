//! One connection from its handshake to its end, in one task that reads and writes as the socket lets it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{Instant, sleep_until, timeout};

use super::dialogue::{Dialogue, Refusal, Step, refuse_playing, send_not_found};
use super::handshake::shake_hands;
use super::input::Input;
use super::output::Output;
use super::player::Player;
use super::{Ending, Env, message};
use crate::base::vitals::Counted;

/// Packets are added to the output up to this size; the rest waits in the feed, where it costs nothing.
const BATCH: usize = 256 * 1024;
/// A client with so many unread answers is not listened to until it reads some.
const ANSWERS: usize = 512 * 1024;
/// After the last word, the client has this long to read it and hang up.
const FAREWELL: Duration = Duration::from_secs(1);

pub struct Connection {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    input: Input,
    output: Output,
    dialogue: Dialogue,
}

/// Talks with a client until one of both has had enough.
pub async fn converse(socket: TcpStream, env: &Env) -> Result<(), Ending> {
    // A packet should leave when it is made, not when the one before was acknowledged.
    socket.set_nodelay(true)?;
    let (reader, writer) = socket.into_split();
    let (input, output, dialogue) = (Input::new(), Output::new(), Dialogue::default());
    let mut connection = Connection { reader, writer, input, output, dialogue };
    let opened = timeout(env.patience.open_within, connection.open(env)).await;
    let outcome = match opened.map_err(|_| Ending::Silent)? {
        Ok(mut player) => {
            let _counted = Counted::in_gauge(&env.vitals.rtmp_players);
            connection.play(&mut player, env).await
        }
        Err(ending) => Err(ending),
    };
    if outcome.as_ref().err().is_none_or(Ending::has_last_word) {
        // What comes of the farewell changes nothing any more.
        let _ = timeout(FAREWELL, connection.farewell(env)).await;
    }
    outcome
}

impl Connection {
    /// From the handshake to a `play` of the program.
    async fn open(&mut self, env: &Env) -> Result<Player, Ending> {
        shake_hands(&mut self.reader, &mut self.writer).await?;
        loop {
            match self.listen()? {
                Step::Listen => {}
                Step::Leave => return Err(Ending::Left),
                Step::Refuse(refusal) => return Err(Ending::Refused(refusal)),
                Step::Play { stream, token } => {
                    if !(env.may_play)(token.as_deref()) {
                        refuse_playing(stream, &mut self.output);
                        return Err(Ending::Refused(Refusal::NotAllowed));
                    }
                    let (program, vitals) = (env.program.clone(), env.vitals.clone());
                    // Dropped at once: what it holds is a lock.
                    drop(timeout(env.patience.reopen_within, program.clone().wait_for(Option::is_some)).await);
                    let player = Player::new(program, env.patience.reopen_within, vitals, stream);
                    let Some(player) = player else {
                        send_not_found(&mut self.output, stream, "The program is off air.");
                        return Err(Ending::OffAir);
                    };
                    message::send_play_begin(&mut self.output, stream);
                    return Ok(player);
                }
            }
            while !self.output.is_empty() {
                self.output.write_some(&mut self.writer).await?;
            }
            self.input.receive(&mut self.reader).await?;
        }
    }

    /// Answers what has come; stops at the first message from which something follows.
    fn listen(&mut self) -> Result<Step, Ending> {
        while let Some(message) = self.input.next()? {
            match self.dialogue.hear(&message, &mut self.output)? {
                Step::Listen => {}
                step => return Ok(step),
            }
        }
        self.dialogue.acknowledge(self.input.received, &mut self.output);
        Ok(Step::Listen)
    }

    /// Sends the program until it or the player ends.
    async fn play(&mut self, player: &mut Player, env: &Env) -> Result<(), Ending> {
        // What came together with its `play` is already here.
        if self.hears_the_end()? {
            return Ok(());
        }
        let mut progress = Instant::now();
        loop {
            if self.output.is_empty() {
                progress = Instant::now();
            }
            tokio::select! {
                // Gather first, so that what is ready leaves in one write.
                biased;
                due = player.next(), if self.output.size() < BATCH => match due {
                    Some(due) => player.send(due, &mut self.output),
                    None => {
                        message::send_play_end(&mut self.output, player.stream);
                        return Ok(());
                    }
                },
                written = self.output.write_some(&mut self.writer), if !self.output.is_empty() => {
                    env.vitals.rtmp_bytes.inc_by(written? as u64);
                    progress = Instant::now();
                }
                received = self.input.receive(&mut self.reader), if self.output.size() < ANSWERS => {
                    received?;
                    if self.hears_the_end()? {
                        return Ok(());
                    }
                }
                () = sleep_until(progress + env.patience.progress_within), if !self.output.is_empty() => {
                    return Err(Ending::Stalled);
                }
            }
        }
    }

    /// Whether the client leaves. That it plays again or wants something else is answered as far as it can be.
    fn hears_the_end(&mut self) -> Result<bool, Ending> {
        loop {
            match self.listen()? {
                Step::Listen => return Ok(false),
                Step::Leave | Step::Refuse(_) => return Ok(true),
                Step::Play { .. } => {}
            }
        }
    }

    /// Sends what is still to be sent and waits until the client hangs up: closing at once, with something of its unread, would
    /// reset the connection and take the last word with it.
    async fn farewell(&mut self, env: &Env) -> io::Result<()> {
        while !self.output.is_empty() {
            let written = self.output.write_some(&mut self.writer).await?;
            env.vitals.rtmp_bytes.inc_by(written as u64);
        }
        self.writer.shutdown().await?;
        let mut ignored = [0; 1024];
        while self.reader.read(&mut ignored).await? > 0 {}
        Ok(())
    }
}
