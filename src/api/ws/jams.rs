//! The rooms `jam:CODE`: what a client of protocol 1 says and is told of the jams that it is in.

use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::session::{Flow, Session};
use crate::api::access::Class;
use crate::api::error::ApiError;
use crate::api::gate::counted_as;
use crate::api::jam::seat::Telling;
use crate::api::wire::jam::{self, Played};
use crate::api::wire::message;
use crate::jam::room::Room;
use crate::jam::wire::frame::{Hello, Welcome};
use crate::state::operation::OperationId;

impl Session {
    /// The jam comes first, or what was missed of it follows; what is wrong is told of each by itself.
    pub(super) async fn join_jams(&mut self, codes: Vec<String>, hello: &Hello) -> Flow {
        for code in codes {
            let told = match self.join_jam(Hello { code: code.clone(), ..hello.clone() }).await {
                Ok((room, welcome)) => jam::entered(&room, &welcome),
                Err(error) => jam::of_room(message::err(None, &error), &code),
            };
            self.say_value(&told).await?;
        }
        ControlFlow::Continue(())
    }

    async fn join_jam(&mut self, hello: Hello) -> Result<(Arc<Room>, Welcome), ApiError> {
        let Some(caller) = &self.caller else { return Err(ApiError::LoginRequired) };
        self.api.limits.count(counted_as(Some(caller), self.address), Class::Write)?;
        self.jams.take(&self.api, caller, self.address, &hello).await
    }

    pub(super) async fn leave_jams(&mut self, codes: Vec<String>) {
        for code in codes {
            if let Ok(code) = code.parse() {
                self.jams.leave(code).await;
            }
        }
    }

    /// What is wrong with it is told under its name.
    pub(super) async fn play(&mut self, operation: Option<OperationId>, fields: Map<String, Value>) -> Flow {
        self.check_login()?;
        match self.ask_jam(operation.clone(), fields) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => self.say_value(&message::err(operation.as_ref(), &error)).await,
        }
    }

    fn ask_jam(&mut self, operation: Option<OperationId>, fields: Map<String, Value>) -> Result<(), ApiError> {
        let Played { room, op, asks } = Played::read(fields, None)?;
        self.jams.meant(room)?.ask(operation, op, asks);
        Ok(())
    }

    pub(super) async fn tell_jam(&mut self, room: &Arc<Room>, telling: Telling<Option<OperationId>>) -> Flow {
        let texts = match telling {
            Telling::Events { happened, acks } => {
                let happened = (!happened.is_empty()).then(|| jam::events(room, &happened));
                happened.into_iter().chain(acks.iter().map(|(name, seq)| jam::ack(room, name.as_ref(), *seq))).collect()
            }
            Telling::Whole { seq, jam, acks } => {
                let whole = jam::whole(room, seq, &jam);
                std::iter::once(whole).chain(acks.iter().map(|(name, seq)| jam::ack(room, name.as_ref(), *seq))).collect()
            }
            Telling::Refused(name, error) => {
                vec![jam::of_room(message::err(name.as_ref(), &error), room.code.as_str()).to_string()]
            }
            Telling::Over(over) => {
                self.jams.leave(room.code).await;
                self.is_present();
                vec![jam::bye(room, over)]
            }
        };
        self.say_json(texts).await
    }
}
