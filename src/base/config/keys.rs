//! What can be set: each key is described once, and the help text and `config.example.toml` are made from it.

/// One setting.
pub struct Key {
    /// As in `marquee.toml`; with dashes it is the flag, in capitals after `MARQUEE_` the environment variable.
    pub name: &'static str,
    pub value_name: &'static str,
    pub default: &'static str,
    pub help: &'static str,
}

/// Not quoted, not even when they are wrong.
pub(super) const SECRET: [&str; 5] = ["redis", "admin_password", "join_token", "follow", "follow_token"];

/// A switch needs no value on the command line.
const SWITCH: &str = "true|false";

pub const KEYS: &[Key] = &[
    Key { name: "data_dir", value_name: "DIR", default: "data", help: "Where the journal, assets and recordings are kept" },
    Key {
        name: "score_hours",
        value_name: "N",
        default: "168",
        help: "How long what happened in the show is kept, so that it can be painted again; 0 keeps nothing",
    },
    Key {
        name: "score_mb",
        value_name: "N",
        default: "256",
        help: "What that may take up on the disk, in MiB; the oldest goes",
    },
    Key {
        name: "http",
        value_name: "ADDR",
        default: "127.0.0.1:4200",
        help: "REST, WebSocket and page; port 0 picks a free one",
    },
    Key { name: "ws", value_name: "ADDR", default: "127.0.0.1:4201", help: "WebSocket alone; port 0 picks a free one" },
    Key { name: "rtmp", value_name: "ADDR|off", default: "127.0.0.1:1935", help: "The RTMP server that players open" },
    Key {
        name: "whep",
        value_name: "ADDR|off",
        default: "",
        help: "Where pictures for browsers come from, over UDP (WHEP); empty: the address and port of http",
    },
    Key { name: "whep_viewers", value_name: "N", default: "32", help: "Browsers that may watch over WHEP at once" },
    Key { name: "demo", value_name: SWITCH, default: "false", help: "Put a demo scene on air where there is no scene yet" },
    Key { name: "live", value_name: SWITCH, default: "false", help: "Go on air at the start" },
    Key {
        name: "encoder",
        value_name: "NAME",
        default: "auto",
        help: "The H.264 encoder, as a GStreamer element; auto takes the best that works here",
    },
    Key {
        name: "pipelines_dir",
        value_name: "DIR",
        default: "",
        help: "Pipelines here (NAME.launch) take the place of the built-in ones; empty: none",
    },
    Key {
        name: "speakers",
        value_name: "DEVICE|off",
        default: "off",
        help: "What is mixed is heard on this machine, too: auto, pulse, alsa, or a device of one, as alsa:hw:1",
    },
    Key {
        name: "light_in",
        value_name: "IP|off",
        default: "off",
        help: "Where feeds of lights (DDP, sACN, Art-Net, WLED) are listened to: an address of this machine, or off",
    },
    Key {
        name: "light_devices",
        value_name: "DIRS",
        default: "/dev",
        help: "Folders, separated by commas, where the ports of fixtures (SPI, serial) may be",
    },
    Key { name: "nfc", value_name: SWITCH, default: "true", help: "Watch the readers of tags that pcscd serves" },
    Key {
        name: "nfc_serial",
        value_name: "FILE",
        default: "",
        help: "A reader of tags (PN532) on a serial port, such as /dev/ttyUSB0; empty: none",
    },
    Key {
        name: "jam_recordings_mb",
        value_name: "N",
        default: "1024",
        help: "What recordings of jams may take up on the disk, in MiB; the oldest goes, but never one that goes on; 0 keeps all",
    },
    Key {
        name: "join",
        value_name: "URLS",
        default: "",
        help: "Jams of other servers to join and show on all zones, separated by commas: wss://host/CODE, or their page's address",
    },
    Key {
        name: "join_token",
        value_name: "TOKEN",
        default: "",
        help: "An API token of these servers, for jams that are not open to strangers",
    },
    Key {
        name: "wifi_interface",
        value_name: "NAME",
        default: "",
        help: "The WiFi device that is told of and changed, such as wlan0; empty is the first one that NetworkManager has",
    },
    Key {
        name: "update_url",
        value_name: "URL",
        default: "",
        help: "Where newer versions are told of (docs/OPERATIONS.md); empty looks for none",
    },
    Key {
        name: "update_keys",
        value_name: "KEYS",
        default: "",
        help: "Public keys of minisign, one of which newer versions are signed with, separated by commas",
    },
    Key {
        name: "restart",
        value_name: "auto|true|false",
        default: "auto",
        help: "Whether an admin may restart the server; auto is where systemd would start it again",
    },
    Key {
        name: "power",
        value_name: SWITCH,
        default: "false",
        help: "Whether an admin may restart the machine or switch it off",
    },
    Key {
        name: "redis",
        value_name: "URL",
        default: "",
        help: "Redis that gets a copy of the state, redis://… or rediss://… with TLS; empty: none",
    },
    Key {
        name: "redis_ca",
        value_name: "FILE",
        default: "",
        help: "A certificate (PEM) to trust for rediss://, besides the well-known",
    },
    Key { name: "redis_prefix", value_name: "TEXT", default: "", help: "Put before every key in Redis" },
    Key {
        name: "restore_from",
        value_name: "redis",
        default: "",
        help: "Where the data directory is empty, begin with the show that Redis holds; stream keys are not in it",
    },
    Key {
        name: "follow",
        value_name: "URL",
        default: "",
        help: "Hold the show of another marquee, at http://host:4200 or https://…, or by way of the Redis that it writes to, redis://…",
    },
    Key {
        name: "follow_token",
        value_name: "TOKEN",
        default: "",
        help: "An API token of the leader; its role bounds what can be asked",
    },
    Key {
        name: "follow_ca",
        value_name: "FILE",
        default: "",
        help: "A certificate (PEM) of the leader to trust, besides the well-known",
    },
    Key {
        name: "follow_commands",
        value_name: "URL",
        default: "",
        help: "Where the leader takes commands and gives files, http://… or https://…, when it is followed by way of Redis; empty: nowhere",
    },
    Key {
        name: "admin_password",
        value_name: "PASSWORD",
        default: "",
        help: "Password of the user admin, made at the first start beyond loopback; empty: one is made up and printed once",
    },
    Key {
        name: "tls_cert",
        value_name: "FILE",
        default: "",
        help: "Certificates (PEM) for HTTPS; looked at again when renewed",
    },
    Key { name: "tls_key", value_name: "FILE", default: "", help: "The certificate's private key (PEM)" },
    Key {
        name: "allowed_hosts",
        value_name: "NAMES",
        default: "",
        help: "Host names that the server goes by, besides localhost and addresses, separated by commas",
    },
    Key {
        name: "allowed_origins",
        value_name: "ORIGINS",
        default: "",
        help: "Other sites whose pages may steer it, such as https://studio.example, separated by commas",
    },
    Key {
        name: "open_metrics",
        value_name: SWITCH,
        default: "false",
        help: "Let /metrics be read without a login, by a Prometheus that has none",
    },
    Key {
        name: "rate_limit",
        value_name: "FACTOR|off",
        default: "1",
        help: "How often each client may ask, as a multiple of what is usual",
    },
    Key {
        name: "max_connections",
        value_name: "COUNT|auto",
        default: "auto",
        help: "Connections at once, per port; auto is 4096, or a quarter of the files that the process may open",
    },
    Key {
        name: "max_in_flight",
        value_name: "N|auto",
        default: "auto",
        help: "Requests that are worked on at once; auto is 12 on a Raspberry Pi and 64 elsewhere",
    },
    Key {
        name: "max_upload_mb",
        value_name: "N",
        default: "2048",
        help: "Largest video or sound that can be uploaded, in MiB; pictures, fonts and colour tables may have 32",
    },
    Key {
        name: "upload_quota_mb",
        value_name: "N",
        default: "16384",
        help: "What uploads that are under way may take up together, in MiB",
    },
    Key {
        name: "upload_spare_mb",
        value_name: "N",
        default: "256",
        help: "What uploads leave free on the disk, in MiB: the show itself needs some, too",
    },
    Key {
        name: "downloads",
        value_name: SWITCH,
        default: "false",
        help: "Fetch media from elsewhere with yt-dlp; what may be copied is up to you",
    },
    Key { name: "yt_dlp", value_name: "FILE", default: "", help: "Where yt-dlp lies; empty: it is looked for in PATH" },
    Key {
        name: "download_sites",
        value_name: "NAMES",
        default: "default,-generic",
        help: "What yt-dlp may fetch from, by the names of its extractors, separated by commas",
    },
    Key {
        name: "download_hosts",
        value_name: "HOSTS",
        default: "",
        help: "Addresses on the own network that may be fetched from, as nas.local:8080 or 192.168.1.0/24, separated by commas",
    },
    Key { name: "download_search", value_name: SWITCH, default: "false", help: "Let YouTube be searched" },
    Key {
        name: "log",
        value_name: "FILTER",
        default: "info",
        help: "What is logged: error, warn, info, debug, or marquee::send=debug …",
    },
    Key { name: "log_format", value_name: "text|json", default: "text", help: "How logs are written, to standard error" },
];

impl Key {
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    pub fn variable(&self) -> String {
        format!("MARQUEE_{}", self.name.to_uppercase())
    }

    pub fn is_switch(&self) -> bool {
        self.value_name == SWITCH
    }
}

/// The text of `config.example.toml`.
pub fn example() -> String {
    let mut text =
        String::from("# Settings of marquee, with their defaults. A flag or a MARQUEE_* variable goes before this file.\n");
    for key in KEYS {
        let quoted = if key.is_switch() { key.default.to_owned() } else { format!("{:?}", key.default) };
        text += &format!("\n# {} (--{}, {})\n# {} = {}\n", key.help, key.flag(), key.variable(), key.name, quoted);
    }
    text
}
