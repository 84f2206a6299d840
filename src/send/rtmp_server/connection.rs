//! One connection from its handshake to its end, in one task that reads and writes as the socket lets it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{Instant, sleep_until, timeout};

use super::dialogue::{Dialogue, Key, Refusal, Step, accept_publishing, refuse_playing, refuse_publishing, send_not_found};
use super::handshake::shake_hands;
use super::input::Input;
use super::output::Output;
use super::player::Player;
use super::publisher::Publisher;
use super::{Ending, Env, Publishing, message};
use crate::base::vitals::Counted;
use crate::frame::ingest::Publication;

/// Packets are added to the output up to this size; the rest waits in the feed, where it costs nothing.
const BATCH: usize = 256 * 1024;
/// A client with so many unread answers is not listened to until it reads some.
const ANSWERS: usize = 512 * 1024;
/// How often a publisher is looked after: whether its key still holds, and whether it sends.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is asked whether the publisher before has fallen silent.
const ASK_AGAIN: Duration = Duration::from_millis(50);
/// After the last word, the client has this long to read it and hang up.
const FAREWELL: Duration = Duration::from_secs(1);

pub struct Connection {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    input: Input,
    output: Output,
    dialogue: Dialogue,
}

/// What a connection is for, once it is open.
enum Opened {
    Player(Player),
    Publisher { publisher: Publisher, stream: u32, key: Key },
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
        Ok(Opened::Player(mut player)) => {
            let _counted = Counted::in_gauge(&env.vitals.rtmp_players);
            connection.play(&mut player, env).await
        }
        Ok(Opened::Publisher { mut publisher, stream, key }) => {
            let _counted = Counted::in_gauge(&env.vitals.rtmp_publishers);
            let outcome = connection.take_in(&mut publisher, &key, env).await;
            // Others may have the place now, whatever is still said.
            drop(publisher);
            match outcome {
                Err(Ending::Refused(why)) => refuse_publishing(stream, why, &mut connection.output),
                // It says goodbye before it hangs up; GStreamer's takes it for an error if we are first.
                Ok(()) => drop(timeout(FAREWELL, connection.hung_up()).await),
                Err(_) => {}
            }
            outcome
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
    /// From the handshake to a `play` of the program or a `publish` under a key.
    async fn open(&mut self, env: &Env) -> Result<Opened, Ending> {
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
                    return Ok(Opened::Player(player));
                }
                Step::Publish { stream, key } => {
                    return match begin_publishing(&key, env).await {
                        Ok(publication) => {
                            self.input.expect_media();
                            accept_publishing(stream, &mut self.output);
                            Ok(Opened::Publisher { publisher: Publisher::new(publication), stream, key })
                        }
                        Err(why) => {
                            refuse_publishing(stream, why, &mut self.output);
                            Err(Ending::Refused(why))
                        }
                    };
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

    /// Takes what a publisher sends until it leaves, is silent, or may no longer.
    async fn take_in(&mut self, publisher: &mut Publisher, key: &Key, env: &Env) -> Result<(), Ending> {
        let mut progress = Instant::now();
        let mut look_at = Instant::now() + LOOK;
        loop {
            if self.hears_media(publisher)? {
                return Ok(());
            }
            tokio::select! {
                received = self.input.receive(&mut self.reader), if self.output.size() < ANSWERS => {
                    env.vitals.rtmp_received.inc_by(received? as u64);
                    progress = Instant::now();
                }
                written = self.output.write_some(&mut self.writer), if !self.output.is_empty() => {
                    env.vitals.rtmp_bytes.inc_by(written? as u64);
                }
                () = sleep_until(look_at) => {}
            }
            // Asked by the clock and not only when nothing comes: a publisher that sends without a pause must not escape it.
            if Instant::now() >= look_at {
                look_at = Instant::now() + LOOK;
                if !env.publishing.as_ref().is_some_and(|publishing| (publishing.may_publish)(&key.0)) {
                    return Err(Ending::Refused(Refusal::NoSuchKey));
                }
            }
            if publisher.is_over() {
                return Err(Ending::Refused(Refusal::Busy));
            }
            if progress.elapsed() > env.patience.progress_within {
                return Err(Ending::Stalled);
            }
        }
    }

    /// Hands on what has come; says whether the publisher leaves.
    fn hears_media(&mut self, publisher: &mut Publisher) -> Result<bool, Ending> {
        while let Some(message) = self.input.next()? {
            if matches!(message.kind, message::VIDEO | message::AUDIO) {
                publisher.hear(&message).map_err(|bad| Ending::Refused(Refusal::Unknown(bad)))?;
                continue;
            }
            match self.dialogue.hear(&message, &mut self.output)? {
                Step::Listen | Step::Play { .. } | Step::Publish { .. } => {}
                Step::Leave | Step::Refuse(_) => return Ok(true),
            }
        }
        self.dialogue.acknowledge(self.input.received, &mut self.output);
        Ok(false)
    }

    /// Whether the client leaves. That it plays again or wants something else is answered as far as it can be.
    fn hears_the_end(&mut self) -> Result<bool, Ending> {
        loop {
            match self.listen()? {
                Step::Listen => return Ok(false),
                Step::Leave | Step::Refuse(_) => return Ok(true),
                Step::Play { .. } | Step::Publish { .. } => {}
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
        self.hung_up().await
    }

    async fn hung_up(&mut self) -> io::Result<()> {
        let mut ignored = [0; 1024];
        while self.reader.read(&mut ignored).await? > 0 {}
        Ok(())
    }
}

/// Whoever sends keeps the place. One that has fallen silent, as a connection does whose network was lost, makes room for the next,
/// which is most often the same publisher coming back.
async fn begin_publishing(key: &Key, env: &Env) -> Result<Publication, Refusal> {
    let allowed = |publishing: &&Publishing| !key.0.is_empty() && (publishing.may_publish)(&key.0);
    let Some(publishing) = env.publishing.as_ref().filter(allowed) else {
        // Who guesses gets to guess seldom.
        tokio::time::sleep(env.patience.refuse_after).await;
        return Err(Refusal::NoSuchKey);
    };
    let mut before = None;
    while let Some(stream) = publishing.ingest.stream(&key.0) {
        let (came, silent_for) = stream.came();
        if silent_for >= env.patience.yield_after {
            break;
        }
        if before.is_some_and(|before| before != came) {
            return Err(Refusal::Busy);
        }
        before = Some(came);
        tokio::time::sleep(ASK_AGAIN).await;
    }
    Ok(publishing.ingest.publish(&key.0))
}
