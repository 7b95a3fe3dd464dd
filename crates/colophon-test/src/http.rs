//! Reading requests, for servers that tests play on loopback.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;

/// Head and body of one HTTP request. What is broken off is given as far as it came.
pub fn read_request(stream: &TcpStream) -> (String, Vec<u8>) {
    let Ok(stream) = stream.try_clone() else { return Default::default() };
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        head.push_str(&line);
    }
    let mut body = Vec::new();
    // A body that ends early is what there is.
    let _ = reader.take(length).read_to_end(&mut body);
    (head, body)
}
