//! Certificates of one's own, and a client that can be told to trust them.

use std::path::Path;
use std::process::Command;

pub fn curl(arguments: &[&str]) -> String {
    let output = Command::new("curl").args(["-sS", "--max-time", "20"]).args(arguments).output().expect("curl is installed");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn openssl(dir: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split_whitespace()).current_dir(dir).output();
    assert!(output.expect("openssl is installed").status.success(), "{arguments}");
}

/// `cert.pem` and `key.pem`, signed by itself.
pub fn certificate(dir: &Path, name: &str) {
    openssl(
        dir,
        &format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={name} -addext \
             subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out cert.pem"
        ),
    );
}

/// `ca.pem`, and `cert.pem` and `key.pem` that it vouches for.
pub fn authority(dir: &Path) {
    let new_key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(dir, &format!("req -x509 {new_key} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem"));
    openssl(dir, &format!("req {new_key} -subj /CN=localhost -keyout key.pem -out request.pem"));
    std::fs::write(dir.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").unwrap();
    openssl(dir, "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem");
}
