//! Reading a whole data set as an import does: registers first, each file by what is known then.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::facts::{Request, UsageDay};
use domain::{Department, JurisdictionTree, Registry, ResourceCode};
use ingest::{Context, FileKind, Input, Judging, KnownResource, MemberMap, Reading, Rows};

use super::files;
use crate::{Plan, Written, WrittenFile};

/// The registers read so far, grown file by file as an import does.
#[derive(Default)]
pub(super) struct World {
    registry: Registry,
    pub(super) resources: HashMap<ResourceCode, KnownResource>,
    members: Vec<ingest::MemberEntry>,
    services: Vec<ingest::ServiceEntry>,
    map: MemberMap,
    judging: Judging,
}

impl World {
    fn read(&mut self, name: &str, bytes: &[u8], today: NaiveDate) -> Reading {
        let input = Input {
            file_name: name,
            bytes,
        };
        let context = Context {
            registry: &self.registry,
            resources: &self.resources,
            members: &self.map,
            judging: &self.judging,
            measures: None,
            today,
        };
        let reading = ingest::read(input, &context, &mut |_| {}).unwrap();
        self.learn(&reading.rows);
        reading
    }

    fn learn(&mut self, rows: &Rows) {
        match rows {
            Rows::Jurisdictions(rows) => {
                self.registry = Registry::new(JurisdictionTree::new(rows.clone()), []).unwrap();
            }
            Rows::Departments(rows) => {
                let tree = self.registry.jurisdictions.clone();
                self.registry = Registry::new(tree, rows.clone()).unwrap();
            }
            Rows::Catalogue(rows) => self.resources.extend(rows.iter().map(|resource| {
                let known = KnownResource {
                    provider: resource.provider.clone(),
                    share_type: resource.share_type,
                };
                (resource.code.clone(), known)
            })),
            Rows::Members(rows) => self.members.extend(rows.iter().cloned()),
            Rows::Services(rows) => self.services.extend(rows.iter().cloned()),
            _ => {}
        }
        self.map = MemberMap::new(self.members.clone(), self.services.clone());
    }

    pub(super) fn named(&self, name: &str) -> &Department {
        let mut departments = self.registry.departments();
        departments.find(|dept| dept.name == name).unwrap()
    }
}

/// All data files of a plan, read in the order of import.
pub(super) fn read_all(plan: &Plan<'_>) -> (World, Vec<(WrittenFile, Reading)>, Written) {
    let (files, written) = files(plan);
    let mut data: Vec<_> = written
        .files
        .iter()
        .filter(|file| file.kind.is_some())
        .collect();
    for file in &data {
        let input = Input {
            file_name: &file.name,
            bytes: &files[&file.name],
        };
        assert_eq!(ingest::recognise(input).ok(), file.kind, "{}", file.name);
    }
    data.sort_by_key(|file| file.kind.map(FileKind::order));
    let mut world = World::default();
    let readings = data
        .into_iter()
        .map(|file| {
            let reading = world.read(&file.name, &files[&file.name], plan.known_on());
            (file.clone(), reading)
        })
        .collect();
    (world, readings, written)
}

/// All good requests.
pub(super) fn requests(readings: &[(WrittenFile, Reading)]) -> Vec<Request> {
    let sheets = readings
        .iter()
        .filter_map(|(_, reading)| match &reading.rows {
            Rows::Requests(rows) => Some(rows.clone()),
            _ => None,
        });
    sheets.flatten().collect()
}

/// All good rows of usage.
pub(super) fn usage(readings: &[(WrittenFile, Reading)]) -> Vec<UsageDay> {
    let sheets = readings
        .iter()
        .filter_map(|(_, reading)| match &reading.rows {
            Rows::Usage(rows) => Some(rows.clone()),
            _ => None,
        });
    sheets.flatten().collect()
}
