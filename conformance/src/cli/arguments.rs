mod help;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use conformance::{InvalidProxy, Level, Proxy, Rule, UnknownRule};
use http::HeaderValue;

use self::help::{CHECK_EXAMPLES, EXIT_CODES, MANUAL};

/// Checks whether a host supports dynamic client registration, how well, and which party must act where it does not.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES, after_long_help = MANUAL)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Checks hosts, by reading only unless an option says otherwise
    #[command(after_help = EXIT_CODES, after_long_help = CHECK_EXAMPLES)]
    Check(Box<Check>),
    /// Explains a requirement: its text, its source, and cases that fail and pass it
    Explain {
        /// Ids such as `rfc7591/3.2.1/status-201`, or the start of some; all of them where there is none.
        ids: Vec<String>,
    },
    /// Replays the recorded vectors, without a network
    Vectors {
        /// A part of the names of the vectors; all of them where there is none.
        pattern: Option<String>,
    },
    /// Prints reports that were stored as JSON lines in another format
    Render(Render),
    /// Lists the widely used clients of `check --as`, with what they register, and by which sources
    Clients,
    /// Serves an authorization server without a fault on loopback, or one with faults, to try other clients and checkers
    Serve(Serve),
    /// Prints the JSON schema of a report
    Schema,
    /// Prints completions for a shell
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Prints the manual page
    Man,
}

#[derive(Args)]
#[command(group(ArgGroup::new("registering").args(["register", "login"]).multiple(true)))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Check {
    /// Hosts or URLs, such as `good.example` or `https://good.example/mcp`
    #[arg(required_unless_present_any = ["hosts_file", "mcp_config", "replay"])]
    pub(super) hosts: Vec<String>,
    /// Also the hosts of a file, one a line; `-` is the standard input
    #[arg(long = "hosts", value_name = "FILE", help_heading = "Many hosts")]
    pub(super) hosts_file: Option<PathBuf>,
    /// Also the remote servers of an MCP client's configuration file (`mcpServers`, `servers`)
    #[arg(long, value_name = "FILE", help_heading = "Many hosts")]
    pub(super) mcp_config: Option<PathBuf>,
    /// How many hosts to check at the same time
    #[arg(long, default_value_t = 32, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096), help_heading = "Many hosts")]
    pub(super) concurrency: u16,
    /// Write the reports here instead of to the standard output
    #[arg(long, short, value_name = "FILE", help_heading = "Many hosts")]
    pub(super) output: Option<PathBuf>,
    /// Go on with the JSON lines of `--output`: skip what is in it, add what is missing
    #[arg(long, requires = "output", help_heading = "Many hosts")]
    pub(super) resume: bool,
    /// Report only the changes since these JSON lines, and fail on a regression
    #[arg(long, value_name = "FILE", help_heading = "Many hosts")]
    pub(super) baseline: Option<PathBuf>,
    /// Accept the findings of this JSON file: `[{"id", "resource", "reason", "until"}]`; each counts again after its date
    #[arg(long, value_name = "FILE", help_heading = "Many hosts")]
    pub(super) accept: Option<PathBuf>,
    /// Let a finding of this requirement fail nothing; it is reported all the same. May be there several times
    #[arg(long, value_name = "ID", value_parser = rule, help_heading = "Exit code")]
    pub(super) ignore: Vec<Rule>,
    /// Fail where a requirement of this level or a stricter one failed: by default of MUST, and with --baseline of SHOULD
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Exit code")]
    pub(super) fail_on: Option<FailOn>,
    /// How long the check of one host may take, in seconds: 60 by default, 300 with --login
    #[arg(long, value_name = "SECONDS", help_heading = "Politeness")]
    pub(super) deadline: Option<u64>,
    /// How long all of it may take, in seconds; reports that are done are kept
    #[arg(long, value_name = "SECONDS", help_heading = "Politeness")]
    pub(super) total_deadline: Option<u64>,
    /// How many requests a host gets at most
    #[arg(long, default_value_t = 120, value_name = "N", help_heading = "Politeness")]
    pub(super) budget: u32,
    /// How to print the reports
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Short for `--format json`
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
    /// No progress and no last line; as text, only the hosts that fail
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Also send one MCP `initialize` to the named URL
    #[arg(long, help_heading = "Beyond reading")]
    pub(super) mcp: bool,
    /// Also check protected resource metadata (RFC 9728), and the authorization server that it names in place of the
    /// host's own
    #[arg(long, conflicts_with = "follow", help_heading = "Beyond reading")]
    pub(super) resource_metadata: bool,
    /// Also ask what a page of this origin can read, such as `https://page.example`: the metadata, the registration and
    /// the token endpoint (CORS)
    #[arg(long, value_name = "ORIGIN", value_parser = origin, conflicts_with_all = ["record", "replay"], help_heading = "Beyond reading")]
    pub(super) cors: Option<String>,
    /// Also register clients, send registrations that must be refused, and delete the clients where that is offered
    #[arg(long, help_heading = "Beyond reading")]
    pub(super) register: bool,
    /// Also log in, without user interaction where the server grants that, else by a link that is printed
    #[arg(long, help_heading = "Beyond reading")]
    pub(super) login: bool,
    /// Also register and log in as a widely used client, such as `claude`; `all` is each. `conformance clients` lists
    /// them, with their sources
    #[arg(long = "as", value_name = "NAME", value_delimiter = ',', conflicts_with_all = ["record", "replay"], help_heading = "Beyond reading")]
    pub(super) clients: Vec<String>,
    /// Where a host points to another authorization server (RFC 9728), also check that one, with a report of its own
    #[arg(long, conflicts_with_all = ["record", "replay"], help_heading = "Beyond reading")]
    pub(super) follow: bool,
    /// The scope of the login
    #[arg(long, value_name = "SCOPE", requires = "login", help_heading = "Beyond reading")]
    pub(super) scope: Option<String>,
    /// The redirection URI to register, where a server refuses those of loopback; a login can then complete
    /// only if the server grants consent without user interaction
    #[arg(long, value_name = "URL", requires = "registering", help_heading = "Beyond reading")]
    pub(super) redirect_uri: Option<url::Url>,
    /// The file with the initial access token of a protected registration; `-` is the standard input
    #[arg(long, value_name = "FILE", help_heading = "Beyond reading")]
    pub(super) initial_access_token: Option<PathBuf>,
    /// Also ask servers of this machine (loopback), over http too; private networks are never asked. The report says so
    #[arg(long, alias = "allow-private", help_heading = "Network")]
    pub(super) allow_loopback: bool,
    /// Trust the authorities of this PEM file too
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    pub(super) ca: Option<PathBuf>,
    /// Go through an HTTP proxy: of this URL, or of `HTTPS_PROXY` or `ALL_PROXY` without one. It looks names up itself, so
    /// that a name with a private address is not seen to be one. The report says so
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = OF_ENVIRONMENT, value_parser = ProxyArgument::parse, help_heading = "Network")]
    pub(super) proxy: Option<ProxyArgument>,
    /// The `User-Agent` of the requests, in place of the name and version of this program
    #[arg(long, value_name = "TEXT", value_parser = HeaderValue::from_str, help_heading = "Network")]
    pub(super) user_agent: Option<HeaderValue>,
    /// Record the responses of each host as a vector in this folder, without secrets
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["login", "replay"], help_heading = "Vectors")]
    pub(super) record: Option<PathBuf>,
    /// Ask this vector instead of the network
    #[arg(long, value_name = "FILE", conflicts_with_all = ["login", "hosts_file"], help_heading = "Vectors")]
    pub(super) replay: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct Serve {
    /// The port on 127.0.0.1; 0 is any that is free. The first line that is printed names it
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    pub(super) port: u16,
    /// A fault by its name, which is the id of the requirement that it violates; may be there several times
    #[arg(long = "fault", value_name = "ID")]
    pub(super) faults: Vec<String>,
    /// Serve the same server without these faults, to compare with
    #[arg(long)]
    pub(super) control: bool,
    /// List the faults instead
    #[arg(long)]
    pub(super) list: bool,
}

#[derive(Args)]
pub(super) struct Render {
    /// The JSON lines; `-` is the standard input
    pub(super) file: PathBuf,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Html)]
    pub(super) format: Format,
    /// Only the changes since these JSON lines, as text or JSON; fail on a regression
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// The level of a regression: a requirement of this level or a stricter one, by default of SHOULD
    #[arg(long, value_enum, value_name = "LEVEL", requires = "baseline")]
    pub(super) fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// For a person at a terminal; in colour unless `NO_COLOR` is set
    Text,
    /// One line of JSON for each host; see `conformance schema`
    Json,
    /// For a collector of test results
    Junit,
    /// For a viewer that shows findings beside code
    Sarif,
    /// For a comment or a page of a repository
    Markdown,
    /// One self-contained page, a directory of hosts
    Html,
    /// One page for each host, to send to a person who was not there
    Summary,
    /// One word for each host: `conforms`, `deviates`, `unsupported` or `unknown`
    Word,
    /// An SVG for a README, which says what was tested and when; of one host
    Badge,
}

/// The least strict level whose failed requirements fail a check.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum FailOn {
    Must,
    Should,
    May,
    Note,
    /// No requirement: the verdict alone
    None,
}

impl FailOn {
    /// The level; `None` if no requirement fails a check.
    pub(super) fn level(self) -> Option<Level> {
        match self {
            Self::Must => Some(Level::Must),
            Self::Should => Some(Level::Should),
            Self::May => Some(Level::May),
            Self::Note => Some(Level::Note),
            Self::None => None,
        }
    }
}

/// The proxy that an argument names.
#[derive(Clone)]
pub(super) enum ProxyArgument {
    OfEnvironment,
    Url(Proxy),
}

impl ProxyArgument {
    fn parse(text: &str) -> Result<Self, InvalidProxy> {
        if text == OF_ENVIRONMENT { Ok(Self::OfEnvironment) } else { text.parse().map(Self::Url) }
    }
}

fn rule(id: &str) -> Result<Rule, UnknownRule> {
    Rule::try_from(id)
}

/// An origin, as browsers send it: a scheme, a host, and a port that is not the usual one.
fn origin(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    let origin = url.origin().ascii_serialization();
    let is_origin = url.host().is_some() && text.trim_end_matches('/') == origin;
    is_origin.then(|| origin.clone()).ok_or_else(|| format!("not an origin; do you mean {origin}?"))
}

const OF_ENVIRONMENT: &str = "environment";
