//! A way to a server that can be cut: nothing comes through, and nobody is told.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// How often one looks whether the way is open again.
const LOOK: Duration = Duration::from_millis(20);

const OPEN: u8 = 0;
const CUT: u8 = 1;
const GONE: u8 = 2;

/// Passes on what comes to a port of this machine, unless it is cut.
pub struct Way {
    port: u16,
    state: Arc<AtomicU8>,
}

impl Way {
    /// A way to a server on this machine.
    ///
    /// # Panics
    /// When there is no free port.
    #[allow(clippy::unwrap_used)]
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        listener.set_nonblocking(true).unwrap();
        let state = Arc::new(AtomicU8::new(OPEN));
        let gate = Arc::clone(&state);
        std::thread::spawn(move || {
            while gate.load(Ordering::SeqCst) != GONE {
                match listener.accept() {
                    Ok((client, _)) => pass(client, server, &gate),
                    Err(_) => std::thread::sleep(LOOK),
                }
            }
        });
        Self { port, state }
    }

    /// The port on which the server is reached by this way.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing comes through; connections stay as they are.
    pub fn cut(&self) {
        self.state.store(CUT, Ordering::SeqCst);
    }

    /// What was held up comes through, and all that follows.
    pub fn open(&self) {
        self.state.store(OPEN, Ordering::SeqCst);
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.state.store(GONE, Ordering::SeqCst);
    }
}

/// Connects a client with the server, in both directions.
fn pass(client: TcpStream, server: u16, gate: &Arc<AtomicU8>) {
    let _ = client.set_nonblocking(false);
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { return };
    for (from, to) in [(client.try_clone(), server.try_clone()), (Ok(server), Ok(client))] {
        let (Ok(from), Ok(to)) = (from, to) else { return };
        let gate = Arc::clone(gate);
        std::thread::spawn(move || copy(from, to, &gate));
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream, gate: &AtomicU8) {
    let mut buffer = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        while gate.load(Ordering::SeqCst) == CUT {
            std::thread::sleep(LOOK);
        }
        if gate.load(Ordering::SeqCst) == GONE || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
