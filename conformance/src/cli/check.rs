use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    fs,
    io::{self, IsTerminal, stderr},
    path::Path,
    rc::Rc,
    time::Duration,
};

use conformance::{CheckError, Checker, Level, Recorder, Replay, Report, escape};
use futures_util::{StreamExt, future::ready};
use login_flow::{Egress, LoginTarget};

use super::{
    accepted::Accepted,
    arguments::{Check, FailOn, Format},
    baseline::{self, Changes, Stored},
    batch::{self, Bounds, End},
    console::notify,
    date::today,
    hosts::Hosts,
    loopback::Loopback,
    mcp_config,
    options::{environment_proxy, options},
    output::Output,
    usage::Usage,
};

pub(super) fn run(check: Check) -> Result<u8, Usage> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(32).build();
    runtime.map_err(Usage::of)?.block_on(check_all(check))
}

async fn check_all(mut check: Check) -> Result<u8, Usage> {
    if check.json {
        check.format = Format::Json;
    }
    if check.resume && check.format != Format::Json && check.baseline.is_none() {
        return Err(Usage::of("--resume goes on with JSON lines: add --json"));
    }
    let mut options = options(&check)?;
    // No browser comes back from another redirection URI than one of loopback.
    let asks_person = check.login && check.redirect_uri.is_none();
    let loopback = if asks_person { Some(Loopback::bind().await.map_err(Usage::of)?) } else { None };
    if let Some(loopback) = &loopback {
        options.redirect_uri = loopback.redirect_uri().clone();
    }
    let egress = if check.allow_loopback { Egress::public().and_loopback() } else { Egress::public() };
    let replay = check.replay.as_deref().map(replay).transpose()?;
    let mut hosts = std::mem::take(&mut check.hosts);
    if hosts.is_empty() {
        hosts.extend(replay.iter().map(|replay| replay.host().to_owned()));
    }
    for host in &hosts {
        // An invalid argument is a mistake; an invalid line of a file is a host that was not asked.
        LoginTarget::parse(host, &egress)
            .map_err(|invalid| Usage::of(format!("{host}: {invalid}{}", hint(host))))?;
    }
    if let Some(file) = &check.mcp_config {
        hosts.extend(mcp_config::hosts(file)?);
    }
    for host in hosts.iter().filter(|host| host.contains('?')) {
        if let Ok(target) = LoginTarget::parse(host, &egress) {
            notify(&format!(
                "{} is checked without the query of its URL, which is no part of a resource",
                target.resource()
            ));
        }
    }
    let hosts = Hosts::new(hosts, check.hosts_file.as_deref())?;
    let mut checker = Checker::new(options).map_err(Usage::of)?;
    if let Some(loopback) = loopback {
        checker = checker.with_consent_handler(Rc::new(loopback));
    }
    let job = Job { checker, replay, record: check.record.clone(), follow: check.follow };
    run_all(&check, &egress, hosts, &job).await
}

async fn run_all(check: &Check, egress: &Egress, hosts: Hosts, job: &Job) -> Result<u8, Usage> {
    let done = match &check.output {
        Some(path) if check.resume => baseline::done(path)?,
        _ => BTreeSet::new(),
    };
    let accepted = Accepted::new(check.accept.as_deref(), check.ignore.clone())?;
    let fail_on = check.fail_on.map_or(Some(Level::Must), FailOn::level);
    let today = today();
    let mut before = check.baseline.as_deref().map(Stored::open).transpose()?;
    let output = RefCell::new(Output::new(check.format, check.output.as_deref(), check.resume)?);
    let bar = batch::progress(hosts.total);
    if check.quiet || hosts.total == Some(1) || !stderr().is_terminal() {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    let skipped = Cell::new(0_u64);
    let hosts = batch::from_thread(hosts).filter(|host| {
        let is_done = !done.is_empty()
            && host.as_ref().is_ok_and(|host| done.contains(&baseline::key(&resource(host, egress))));
        if is_done {
            skipped.set(skipped.get().saturating_add(1));
            bar.inc(1);
        }
        ready(!is_done)
    });
    let bounds = Bounds {
        concurrency: if check.login { 1 } else { usize::from(check.concurrency) },
        total: check.total_deadline.map(Duration::from_secs),
        finishes: check.register || check.login || !check.clients.is_empty(),
    };
    let mut codes = [0_u64; 4];
    let mut worse = false;
    let end = batch::run(
        hosts,
        &bounds,
        async |host: io::Result<String>| job.check(&host.map_err(Usage::of)?).await,
        |reports: Result<Vec<Report>, Usage>| {
            bar.inc(1);
            for mut report in reports? {
                report.date = Some(today.clone());
                accepted.mark(&mut report);
                let code = report.exit_code_at(fail_on);
                if let Some(count) = codes.get_mut(usize::from(code)) {
                    *count = count.saturating_add(1);
                }
                if !bar.is_hidden() {
                    bar.set_message(counts(&codes));
                }
                let printed = || match &mut before {
                    None if check.quiet && check.format == Format::Text && code == 0 => Ok(()),
                    None => output.borrow_mut().add(&report),
                    Some(before) => {
                        let changes = Changes::between(
                            before.report(&report.resource)?.as_ref(),
                            &report,
                            check.fail_on,
                        );
                        worse |= changes.regression;
                        output.borrow_mut().write(&changes.print(check.format)?)
                    }
                };
                bar.suspend(printed)?;
            }
            Ok(())
        },
    )
    .await?;
    bar.finish_and_clear();
    output.into_inner().finish()?;
    if skipped.get() > 0 && !check.quiet {
        notify(&format!("{} were done before", skipped.get()));
    }
    let [_, failed, _, unanswered] = codes;
    if unanswered > 0 && check.proxy.is_none() && environment_proxy().is_some() {
        notify(
            "a proxy of the environment was not used, so that addresses could be checked: --proxy goes through it",
        );
    }
    if end == End::Done && skipped.get() == 0 && !check.quiet {
        accepted.without_use().for_each(|entry| notify(&entry));
    }
    if end == End::Interrupted {
        notify(&format!("interrupted: {}", counts(&codes)));
        return Ok(3);
    }
    if let Some(path) = check.output.as_ref().filter(|_| !check.quiet) {
        notify(&format!("{}: {}", escape(&path.display().to_string()), counts(&codes)));
    }
    Ok(match before {
        Some(_) => u8::from(worse),
        None if failed > 0 => 1,
        None if unanswered > 0 => 3,
        None => 0,
    })
}

/// The way to check a host that was refused, if there is one.
fn hint(host: &str) -> &'static str {
    match LoginTarget::parse(host, &Egress::public().and_loopback()) {
        Ok(_) => "; --allow-loopback asks servers of this machine",
        Err(_) => "",
    }
}

/// The resource of the report of a host.
fn resource(host: &str, egress: &Egress) -> String {
    match LoginTarget::parse(host, egress) {
        Ok(target) => target.resource(),
        Err(invalid) => Report::not_asked(host, invalid).resource,
    }
}

fn counts(codes: &[u64; 4]) -> String {
    let [supported, failed, _, unanswered] = codes;
    format!("{supported} supported, {failed} not, {unanswered} without an answer")
}

/// The work for each host.
struct Job {
    checker: Checker,
    replay: Option<Replay>,
    record: Option<std::path::PathBuf>,
    follow: bool,
}

impl Job {
    /// The report of a host, and those of the authorization servers that it names, where that is followed.
    async fn check(&self, host: &str) -> Result<Vec<Report>, Usage> {
        let mut report = self.check_one(host).await?;
        if !self.follow {
            return Ok(vec![report]);
        }
        let followed = Box::pin(self.checker.follow(&mut report)).await;
        let named = report.authorization_servers.clone();
        let followed = followed.into_iter().zip(&named).map(|(checked, server)| reported(checked, server));
        std::iter::once(Ok(report)).chain(followed).collect()
    }

    async fn check_one(&self, host: &str) -> Result<Report, Usage> {
        let checked = match (&self.replay, &self.record) {
            (Some(replay), _) => self.checker.check_over(replay, host).await,
            (None, None) => self.checker.check(host).await,
            (None, Some(folder)) => {
                let recorder = Recorder::new(self.checker.http_client(), host);
                let checked = self.checker.check_over(&recorder, host).await;
                if let Ok(report) = &checked {
                    let path = folder.join(file_name(&report.resource));
                    let vector = recorder.vector(report).map_err(Usage::of)?;
                    fs::create_dir_all(folder)
                        .and_then(|()| fs::write(&path, vector))
                        .map_err(|error| Usage::at(&path, error))?;
                }
                checked
            }
        };
        reported(checked, host)
    }
}

/// The report of a check; a name that is none of a host is reported as one that was not asked.
fn reported(checked: Result<Report, CheckError>, host: &str) -> Result<Report, Usage> {
    match checked {
        Err(CheckError::InvalidHost(invalid)) => Ok(Report::not_asked(host, invalid)),
        other => other.map_err(Usage::of),
    }
}

fn file_name(resource: &str) -> String {
    let bare = resource.split_once("://").map_or(resource, |(_, rest)| rest);
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
    let name: String = bare.chars().map(safe).take(120).collect();
    format!("{}.json", name.trim_start_matches('.'))
}

fn replay(path: &Path) -> Result<Replay, Usage> {
    let text = fs::read(path).map_err(|error| Usage::at(path, error))?;
    Replay::parse(&text).map_err(|error| Usage::at(path, error))
}
