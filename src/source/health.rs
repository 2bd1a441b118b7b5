//! The health endpoint of a recorded environment: the stack's own handler, in this process, on a loopback port.
//!
//! Its dependency answers from the recorded inventory, so that the handler is real and only the account is not.

use health::{Dependency, DependencyError, HealthState, async_trait};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::inventory::dynamodb::DynamodbTable;
use crate::inventory::{Fact, Inventory};

/// A running health endpoint. Dropping it stops it.
#[derive(Debug)]
pub struct HealthEndpoint {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl HealthEndpoint {
    /// Starts the handler on a free loopback port.
    pub async fn start(inventory: &Inventory) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let tables = RecordedTables::of(inventory);
        let state = HealthState::new(env!("CARGO_PKG_VERSION")).with_dependency(Arc::new(tables));
        tokio::spawn(health::serve(listener, state, async {
            let _ = stopped.await;
        }));
        Ok(Self { address, _stop: stop })
    }

    /// The URL of the health check.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, health::PATH)
    }
}

/// Whether the recorded tables were there and active.
struct RecordedTables(Result<(), &'static str>);

impl RecordedTables {
    fn of(inventory: &Inventory) -> Self {
        let mut tables = inventory.of::<DynamodbTable>().peekable();
        if tables.peek().is_none() {
            return Self(Err("no table was recorded"));
        }
        let active = |table: &DynamodbTable| matches!(&table.table, Fact::Known(table) if table.table_status == "ACTIVE");
        if tables.all(|(_, table)| active(table)) {
            Self(Ok(()))
        } else {
            Self(Err("a recorded table was not active"))
        }
    }
}

#[async_trait]
impl Dependency for RecordedTables {
    fn name(&self) -> &'static str {
        "dynamodb"
    }

    async fn check(&self) -> Result<(), DependencyError> {
        self.0.map_err(DependencyError::new)
    }
}
