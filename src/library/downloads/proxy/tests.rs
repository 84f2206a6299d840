//! The proxy with clients and servers of its own.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const PATIENCE: Duration = Duration::from_secs(180);

struct Place {
    server: TcpListener,
    proxy: Proxy,
}

/// A server, and a proxy that may connect to it and nothing else here.
async fn place() -> Place {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let allowed = Allowed::parse(&[server.local_addr().expect("bound").to_string()]).expect("an entry");
    let proxy = Proxy::open(Arc::new(allowed)).await.expect("open");
    Place { server, proxy }
}

impl Place {
    fn server(&self) -> SocketAddr {
        self.server.local_addr().expect("bound")
    }

    async fn connect(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.proxy.address).await.expect("connected");
        let secret = self.proxy.url();
        let login = secret.trim_start_matches("http://").split('@').next().expect("a login").to_owned();
        let login = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, login);
        let request = format!("{request}\r\nProxy-Authorization: Basic {login}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        stream
    }

    /// What the client is answered, to its end.
    async fn answer(&self, request: &str) -> String {
        rest(&mut self.connect(request).await).await
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("it ends");
    // A connection that was reset has ended, too.
    let _ = read;
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn head(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let byte = tokio::time::timeout(PATIENCE, stream.read_u8()).await.expect("in time").expect("more");
        bytes.push(byte);
    }
    String::from_utf8(bytes).expect("text")
}

#[tokio::test]
async fn without_the_secret_nothing_is_done() {
    let place = place().await;
    for field in ["", "Proxy-Authorization: Basic bWFycXVlZTp4\r\n", "Authorization: Basic bWFycXVlZTp4\r\n"] {
        let mut stream = TcpStream::connect(place.proxy.address).await.expect("connected");
        let request = format!("GET http://{}/ HTTP/1.1\r\n{field}\r\n", place.server());
        stream.write_all(request.as_bytes()).await.expect("sent");
        assert!(rest(&mut stream).await.starts_with("HTTP/1.1 407 "), "{field}");
    }
    assert_eq!(place.proxy.refused(), [""; 0]);
}

#[tokio::test]
async fn a_question_is_answered_and_the_secret_stays_here() {
    let place = place().await;
    let mut client =
        place.connect(&format!("GET http://{}/a?b HTTP/1.1\r\nHost: other\r\nRange: bytes=1-", place.server())).await;
    let (mut served, _) = place.server.accept().await.expect("connected");
    let asked = head(&mut served).await;
    assert_eq!(
        asked,
        format!("GET /a?b HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nRange: bytes=1-\r\n\r\n", place.server())
    );
    let answer = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 206 Partial\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello";
    served.write_all(answer).await.expect("sent");
    drop(served);
    assert_eq!(rest(&mut client).await, "HTTP/1.1 206 Partial\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
}

#[tokio::test]
async fn what_follows_a_question_beyond_its_length_is_not_passed_on() {
    let place = place().await;
    let mut client = place.connect(&format!("POST http://{}/ HTTP/1.1\r\nContent-Length: 3", place.server())).await;
    client.write_all(b"abcGET http://10.0.0.1/ HTTP/1.1\r\n\r\n").await.expect("sent");
    let (mut served, _) = place.server.accept().await.expect("connected");
    let asked = head(&mut served).await;
    assert!(asked.contains("Content-Length: 3\r\n"));
    let mut body = [0; 3];
    served.read_exact(&mut body).await.expect("a body");
    assert_eq!(&body, b"abc");
    served.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.expect("sent");
    served.shutdown().await.expect("shut");
    assert!(rest(&mut client).await.starts_with("HTTP/1.1 204 "));
    assert_eq!(rest(&mut served).await, "", "the server was asked once");
}

#[tokio::test]
async fn a_tunnel_carries_whatever_is_said() {
    let place = place().await;
    let mut client = place.connect(&format!("CONNECT {} HTTP/1.1", place.server())).await;
    let (mut served, _) = place.server.accept().await.expect("connected");
    assert!(head(&mut client).await.starts_with("HTTP/1.1 200 "));
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|number| number as u8).collect();
    let sent = bytes.clone();
    let say = async move {
        served.write_all(&sent).await.expect("sent");
        let mut back = vec![0; sent.len()];
        served.read_exact(&mut back).await.expect("received");
        back
    };
    let hear = async {
        let mut received = vec![0; bytes.len()];
        client.read_exact(&mut received).await.expect("received");
        client.write_all(&received).await.expect("sent");
        received
    };
    let (back, received) = tokio::time::timeout(PATIENCE, async { tokio::join!(say, hear) }).await.expect("in time");
    assert!(back == bytes && received == bytes);
}

#[tokio::test]
async fn only_what_is_allowed_is_connected_to() {
    let place = place().await;
    let other = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let address = other.local_addr().expect("bound");
    let refused = format!("HTTP/1.1 403 {REFUSAL}\r\n");
    assert!(place.answer(&format!("GET http://{address}/ HTTP/1.1")).await.starts_with(&refused));
    assert!(place.answer(&format!("CONNECT {address} HTTP/1.1")).await.starts_with(&refused));
    assert!(place.answer(&format!("GET http://localhost:{}/ HTTP/1.1", address.port())).await.starts_with(&refused));
    assert!(place.answer("GET http://169.254.169.254/latest HTTP/1.1").await.starts_with(&refused));
    assert!(place.answer("CONNECT [::ffff:127.0.0.1]:443 HTTP/1.1").await.starts_with(&refused));
    let port = address.port();
    let expected = [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        "169.254.169.254:80".to_owned(),
        // As the address is written by those who know.
        "::ffff:127.0.0.1:443".to_owned(),
    ];
    assert_eq!(place.proxy.refused(), expected);
    let nobody = tokio::time::timeout(Duration::from_millis(100), other.accept()).await;
    assert!(nobody.is_err(), "nothing has come through");
}

#[tokio::test]
async fn what_is_no_proxy_request_is_refused() {
    let place = place().await;
    assert!(place.answer("GET / HTTP/1.1").await.starts_with("HTTP/1.1 501 "));
    assert!(place.answer("GET ftp://example.com/ HTTP/1.1").await.starts_with("HTTP/1.1 501 "));
    assert!(place.answer("\u{16}\u{3}\u{1}").await.starts_with("HTTP/1.1 400 "));
    let mut stream = TcpStream::connect(place.proxy.address).await.expect("connected");
    stream.write_all(&[b'x'; 20_000]).await.expect("sent");
    let answer = rest(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn a_server_that_speaks_something_else_is_not_listened_to() {
    for answer in [&b"SSH-2.0-OpenSSH_9.2\r\n\r\n"[..], b"", &[b'x'; 70_000]] {
        let place = place().await;
        let mut client = place.connect(&format!("GET http://{}/ HTTP/1.1", place.server())).await;
        let (mut served, _) = place.server.accept().await.expect("connected");
        head(&mut served).await;
        // It may be let go before all is said.
        let _ = served.write_all(answer).await;
        drop(served);
        assert!(rest(&mut client).await.starts_with("HTTP/1.1 502 "));
    }
}

#[tokio::test]
async fn with_the_job_its_proxy_is_gone() {
    let Place { server, proxy } = place().await;
    let address = proxy.address;
    let mut idle = TcpStream::connect(address).await.expect("connected");
    drop(proxy);
    assert_eq!(rest(&mut idle).await, "");
    let gone = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("nobody listens");
    drop(server);
}

#[tokio::test]
async fn more_connections_wait_until_others_are_closed() {
    let place = place().await;
    let mut idle = Vec::new();
    for _ in 0..MOST_CONNECTIONS {
        idle.push(TcpStream::connect(place.proxy.address).await.expect("connected"));
    }
    let mut late = place.connect("GET / HTTP/1.1").await;
    let mut byte = [0; 1];
    let waited = tokio::time::timeout(Duration::from_millis(200), late.read(&mut byte)).await;
    assert!(waited.is_err(), "it is not served yet");
    drop(idle);
    assert!(rest(&mut late).await.starts_with("HTTP/1.1 501 "));
}
