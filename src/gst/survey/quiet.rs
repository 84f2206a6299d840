//! Threads that get what others leave. GStreamer's own threads serve one pipeline after the other, so one that has gone behind all others
//! would stay there when it next decodes for a show on air; a survey has threads of its own, which end with it.

use gstreamer::glib::{self, subclass::prelude::*};
use gstreamer::prelude::*;
use gstreamer::subclass::{TaskPoolFunction, prelude::*};
use gstreamer::{BusSyncReply, CoreError, MessageView, StreamStatusType, Task, TaskPool};

use crate::base::tasks::{go_last, spawn_thread};

mod imp {
    use super::*;

    #[derive(Default)]
    pub struct QuietPool;

    #[glib::object_subclass]
    impl ObjectSubclass for QuietPool {
        const NAME: &'static str = "MarqueeQuietPool";
        type Type = super::QuietPool;
        type ParentType = TaskPool;
    }

    impl ObjectImpl for QuietPool {}
    impl GstObjectImpl for QuietPool {}

    impl TaskPoolImpl for QuietPool {
        type Handle = Running;

        fn push(&self, work: TaskPoolFunction) -> Result<Option<Running>, glib::Error> {
            let thread = spawn_thread("survey", move || {
                go_last();
                work.call();
            });
            thread
                .map(|thread| Some(Running(thread)))
                .map_err(|error| glib::Error::new(CoreError::Thread, &error.to_string()))
        }
    }

    pub struct Running(std::thread::JoinHandle<()>);

    impl gstreamer::TaskHandle for Running {
        fn join(self) {
            // One that panicked has ended, too.
            let _ = self.0.join();
        }
    }
}

glib::wrapper! {
    pub struct QuietPool(ObjectSubclass<imp::QuietPool>) @extends TaskPool, gstreamer::Object;
}

/// All of the pipeline's threads that begin from now on.
pub(super) fn keep_quiet(pipeline: &gstreamer::Pipeline) {
    let Some(bus) = pipeline.bus() else { return };
    let pool = glib::Object::new::<QuietPool>().upcast::<TaskPool>();
    bus.set_sync_handler(move |_, message| {
        if let MessageView::StreamStatus(status) = message.view()
            && status.get().0 == StreamStatusType::Create
            && let Some(task) = status.stream_status_object().and_then(|object| object.get::<Task>().ok())
        {
            task.set_pool(&pool);
        }
        BusSyncReply::Pass
    });
}
