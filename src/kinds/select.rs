//! How kinds choose resources by name, so that a name without a resource is always a violation.

use super::Mistake;
use crate::check::{Assessment, Subject, Verdict, resource_of};
use crate::diag::closest;
use crate::formats::NameGlob;
use crate::inventory::{Inventory, RESOURCE_TYPES, Resource, ResourceType, resource_type};

/// The resource type of that name, or the mistake at that JSON pointer.
pub fn known_type(name: &str, pointer: String) -> Result<&'static str, Mistake> {
    if let Some(info) = resource_type(name) {
        return Ok(info.name);
    }
    let known = || RESOURCE_TYPES.iter().map(|info| info.name);
    let help = match closest(name, known()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("the types are {}", known().collect::<Vec<_>>().join(", ")),
    };
    let title = format!("unknown resource type `{name}`");
    let label = "not a type that can be read";
    Err(Mistake::new(pointer, "unknown-resource-type", title, label).help(help))
}

/// One subject for each resource of the type that a glob matches, and one for each glob that matches none.
pub fn subjects(inventory: &Inventory, type_name: &str, globs: &[NameGlob]) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = inventory
        .of_type(type_name)
        .filter(|resource| globs.iter().any(|glob| glob.matches(resource.label())))
        .map(Subject::resource)
        .collect();
    for glob in globs {
        let found = inventory
            .of_type(type_name)
            .any(|resource| glob.matches(resource.label()));
        if !found {
            subjects.push(Subject::named(glob.to_string()).of_type(type_name));
        }
    }
    subjects
}

/// The resource that a subject stands for, with its details; nothing for a name that no resource has.
pub fn found<'a, T: ResourceType + 'a>(
    inventory: &'a Inventory,
    subject: &Subject,
) -> Option<(&'a Resource, &'a T)> {
    let resource = resource_of(inventory, subject)?;
    Some((resource, T::of(&resource.details)?))
}

/// The verdict about a name that no resource has.
pub fn absent(subject: &Subject) -> Verdict {
    let type_name = subject.resource_type.as_deref().unwrap_or("resource");
    let mut assessment = Assessment::default();
    assessment.differs(
        format!("no {type_name} is named `{}`", subject.name),
        "at least one",
        "none",
    );
    assessment.conclude("")
}
