//! One connection to the proxy: one request, which is carried out or refused.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::dial::{Undone, dial};
use super::fields::end_of_head;
use super::head::{self, LONGEST_ANSWER, Refusal, Request, What};
use super::relay::{IDLE, one_way, tunnel};
use super::{Gate, REFUSAL};

/// The client is on this machine: its head comes at once.
const HEAD: Duration = Duration::from_secs(15);
/// Servers may say "wait" before they answer, but not for ever.
const MOST_INTERIM: usize = 8;
const BUFFER: usize = 4 * 1_024;

const UNREADABLE: Refusal = Refusal(502, "The server does not answer in HTTP");

/// Whatever goes wrong, the client is told or sees its connection end.
pub async fn serve(mut client: TcpStream, gate: &Gate) {
    // A line at a time must not wait for more.
    let _ = client.set_nodelay(true);
    let refusal = match timeout(HEAD, read_request(&mut client)).await {
        Ok(Ok(Some((request, rest)))) => carry_out(&mut client, request, rest, gate).await,
        Ok(Ok(None)) | Err(_) => Ok(()),
        Ok(Err(refusal)) => Err(refusal),
    };
    if let Err(refusal) = refusal {
        let _ = timeout(HEAD, refuse(&mut client, refusal)).await;
    }
}

/// None if the client has gone.
async fn read_request(client: &mut TcpStream) -> Result<Option<(Request, Vec<u8>)>, Refusal> {
    let mut bytes = Vec::with_capacity(BUFFER);
    loop {
        if let Some((request, end)) = head::request(&bytes)? {
            return Ok(Some((request, bytes.split_off(end))));
        }
        match client.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return Ok(None),
            Ok(_) => {}
        }
    }
}

async fn carry_out(client: &mut TcpStream, request: Request, rest: Vec<u8>, gate: &Gate) -> Result<(), Refusal> {
    let Request { host, port, what, authorization } = request;
    if !gate.secret.is_in(&authorization) {
        return Err(Refusal(407, "Proxy Authentication Required"));
    }
    let mut server = dial(&host, port, &gate.allowed).await.map_err(|undone| match undone {
        Undone::Forbidden => {
            gate.refuse(format!("{host}:{port}"));
            Refusal(403, REFUSAL)
        }
        Undone::Unknown => Refusal(502, "The name of the server can not be resolved"),
        Undone::Unreachable => Refusal(502, "No connection to the server"),
    })?;
    let _ = server.set_nodelay(true);
    match what {
        What::Tunnel => pass_through(client, &mut server, &rest).await,
        What::Question { head, body } => ask(client, &mut server, &head, body, &rest).await,
    }
}

async fn pass_through(client: &mut TcpStream, server: &mut TcpStream, rest: &[u8]) -> Result<(), Refusal> {
    let begun = async {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        server.write_all(rest).await
    };
    if matches!(timeout(IDLE, begun).await, Ok(Ok(()))) {
        tunnel(client, server).await;
    }
    Ok(())
}

async fn ask(client: &mut TcpStream, server: &mut TcpStream, head: &[u8], body: u64, rest: &[u8]) -> Result<(), Refusal> {
    timeout(IDLE, send(client, server, head, body, rest))
        .await
        .map_err(drop)
        .and_then(|sent| sent.map_err(drop))
        .map_err(|()| UNREADABLE)?;
    let (told, rest) = timeout(IDLE, read_answer(server)).await.ok().flatten().ok_or(UNREADABLE)?;
    let begun = async {
        client.write_all(&told).await?;
        client.write_all(&rest).await
    };
    if matches!(timeout(IDLE, begun).await, Ok(Ok(()))) {
        one_way(server, client).await;
    }
    Ok(())
}

/// The head, and just as many bytes behind it as it says.
async fn send(client: &mut TcpStream, server: &mut TcpStream, head: &[u8], body: u64, rest: &[u8]) -> io::Result<()> {
    server.write_all(head).await?;
    let here = usize::try_from(body).map_or(rest.len(), |body| body.min(rest.len()));
    server.write_all(&rest[..here]).await?;
    let mut left = client.take(body - here as u64);
    tokio::io::copy(&mut left, server).await.map(drop)
}

/// The head of the answer, as it is told on, and what has come behind it.
async fn read_answer(server: &mut TcpStream) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(BUFFER);
    for _ in 0..MOST_INTERIM {
        let end = loop {
            match end_of_head(&bytes) {
                Some(end) => break end,
                None if bytes.len() >= LONGEST_ANSWER => return None,
                None => server.read_buf(&mut bytes).await.ok().filter(|count| *count > 0)?,
            };
        };
        let rest = bytes.split_off(end);
        let answer = head::answer(&bytes)?;
        if answer.status >= 200 {
            return Some((answer.head, rest));
        }
        bytes = rest;
    }
    None
}

async fn refuse(client: &mut TcpStream, Refusal(status, reason): Refusal) -> io::Result<()> {
    let asks = if status == 407 { "Proxy-Authenticate: Basic realm=\"marquee\"\r\n" } else { "" };
    let answer = format!("HTTP/1.1 {status} {reason}\r\n{asks}Content-Length: 0\r\nConnection: close\r\n\r\n");
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await
}
