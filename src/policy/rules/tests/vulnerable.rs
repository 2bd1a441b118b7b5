//! The cases by which Bishop Fox's iam-vulnerable tells tools apart (its `tool-testing` module):
//! two sets of policies that lead to more, as others miss, and five that do not, as others claim.
//! Written down anew from what the cases are about.

use super::*;

/// The escalation findings of some inline policies, by rule and path.
fn escalations(policies: &[&str]) -> Vec<String> {
    let policies: Vec<NamedPolicy> = policies.iter().map(|statements| policy(statements)).collect();
    let found = lint(&policies, &Options::default(), Catalog::get()).unwrap();
    let exact = ["admin-equivalent", "pass-role", "privilege-escalation"];
    found
        .into_iter()
        .filter(|violation| exact.contains(&violation.rule))
        .map(|violation| format!("{}: {}", violation.rule, violation.message))
        .collect()
}

#[track_caller]
fn leads_to(policies: &[&str], path: &str) {
    let found = escalations(policies);
    assert!(
        found.iter().any(|text| text.contains(path)),
        "{path} in {found:#?}"
    );
}

#[test]
fn fn1_a_path_over_two_policies() {
    leads_to(
        &[
            &allow(&["ec2:DescribeInstances", "ec2:RunInstances"], &["*"]),
            &allow(&["iam:PassRole"], &["*"]),
        ],
        "(pass-role-ec2)",
    );
    assert_eq!(escalations(&[&allow(&["ec2:RunInstances"], &["*"])]), [""; 0]);
}

#[test]
fn fn2_a_resource_that_leaves_a_way() {
    leads_to(
        &[&allow(
            &["iam:CreatePolicyVersion"],
            &["arn:aws:iam::*:policy/fn2-*"],
        )],
        "(create-policy-version)",
    );
}

#[test]
fn fn3_a_condition_that_always_holds() {
    leads_to(&[&conditional("DateGreaterThan")], "(create-policy-version)");
}

#[test]
fn fn4_not_action() {
    let statement =
        r#"{"Effect":"Allow","NotAction":["iam:Update*","iam:Create*","iam:Attach*"],"Resource":"*"}"#;
    let found = escalations(&[statement]);
    assert!(!found.is_empty());
}

#[test]
fn fp1_allowed_and_denied_in_one_policy() {
    let both = format!("{},{}", allow(&["iam:*"], &["*"]), deny(&["iam:*"]));
    assert_eq!(escalations(&[&both]), [""; 0]);
}

#[test]
fn fp2_allowed_and_denied_in_two_policies() {
    assert_eq!(escalations(&[&allow(&["*"], &["*"]), &deny(&["*"])]), [""; 0]);
}

#[test]
fn fp3_denied_only() {
    assert_eq!(escalations(&[&deny(&["iam:*"])]), [""; 0]);
}

#[test]
fn fp4_a_resource_that_nobody_can_change() {
    assert_eq!(
        escalations(&[&allow(
            &["iam:CreatePolicyVersion"],
            &["arn:aws:iam::aws:policy/fp4-*"]
        )]),
        [""; 0]
    );
}

#[test]
fn fp5_a_condition_that_never_holds() {
    assert_eq!(escalations(&[&conditional("DateLessThan")]), [""; 0]);
}

#[test]
fn pass_role_to_one_service() {
    let condition = r#"{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}"#;
    let pass = format!(
        r#"{{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/app","Condition":{condition}}}"#
    );
    assert_eq!(escalations(&[&pass]), [""; 0]);
    leads_to(&[&pass, &allow(&["lambda:*"], &["*"])], "(pass-role-lambda)");
    assert_eq!(
        escalations(&[&pass, &allow(&["ec2:RunInstances"], &["*"])]),
        [""; 0]
    );
    leads_to(
        &[&allow(&["iam:PassRole"], &["arn:aws:iam::123456789012:role/app"])],
        "pass-role: ",
    );
}

/// The paths of the `privesc-paths` module, by what each needs.
#[test]
fn every_path_of_the_lab_is_found() {
    let paths: [(&str, &[&str]); 28] = [
        ("create-policy-version", &["iam:CreatePolicyVersion"]),
        ("set-default-policy-version", &["iam:SetDefaultPolicyVersion"]),
        ("pass-role-ec2", &["iam:PassRole", "ec2:RunInstances"]),
        ("create-access-key", &["iam:CreateAccessKey"]),
        ("create-login-profile", &["iam:CreateLoginProfile"]),
        ("update-login-profile", &["iam:UpdateLoginProfile"]),
        ("attach-user-policy", &["iam:AttachUserPolicy"]),
        ("attach-group-policy", &["iam:AttachGroupPolicy"]),
        ("attach-role-policy", &["iam:AttachRolePolicy"]),
        ("put-user-policy", &["iam:PutUserPolicy"]),
        ("put-group-policy", &["iam:PutGroupPolicy"]),
        ("put-role-policy", &["iam:PutRolePolicy"]),
        ("add-user-to-group", &["iam:AddUserToGroup"]),
        ("update-assume-role-policy", &["iam:UpdateAssumeRolePolicy"]),
        (
            "pass-role-lambda",
            &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
        ),
        (
            "pass-role-lambda-event-source",
            &[
                "iam:PassRole",
                "lambda:CreateFunction",
                "lambda:CreateEventSourceMapping",
            ],
        ),
        ("update-function-code", &["lambda:UpdateFunctionCode"]),
        (
            "pass-role-glue-endpoint",
            &["iam:PassRole", "glue:CreateDevEndpoint"],
        ),
        ("update-dev-endpoint", &["glue:UpdateDevEndpoint"]),
        (
            "pass-role-cloudformation",
            &["iam:PassRole", "cloudformation:CreateStack"],
        ),
        (
            "pass-role-datapipeline",
            &[
                "iam:PassRole",
                "datapipeline:CreatePipeline",
                "datapipeline:PutPipelineDefinition",
                "datapipeline:ActivatePipeline",
            ],
        ),
        ("update-stack", &["cloudformation:UpdateStack"]),
        (
            "pass-role-codebuild",
            &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"],
        ),
        ("ec2-instance-connect", &["ec2-instance-connect:SendSSHPublicKey"]),
        (
            "pass-role-sagemaker-notebook",
            &["iam:PassRole", "sagemaker:CreateNotebookInstance"],
        ),
        (
            "presigned-notebook",
            &["sagemaker:CreatePresignedNotebookInstanceUrl"],
        ),
        ("ssm-send-command", &["ssm:SendCommand"]),
        ("ssm-start-session", &["ssm:StartSession"]),
    ];
    for (path, actions) in paths {
        leads_to(&[&allow(actions, &["*"])], &format!("({path})"));
        // One step less is no path, as far as the steps alone go.
        if let Some((_, fewer)) = actions.split_last().filter(|_| actions.len() > 2) {
            let found = escalations(&[&allow(fewer, &["*"])]);
            assert!(
                !found.iter().any(|text| text.contains(&format!("({path})"))),
                "{path}"
            );
        }
    }
    for (path, actions) in [
        ("pass-role-sagemaker-training", "sagemaker:CreateTrainingJob"),
        ("pass-role-sagemaker-processing", "sagemaker:CreateProcessingJob"),
        ("pass-role-ecs-run", "ecs:RunTask"),
        ("pass-role-braket", "braket:CreateJob"),
    ] {
        leads_to(
            &[&allow(&["iam:PassRole", actions], &["*"])],
            &format!("({path})"),
        );
        assert_eq!(escalations(&[&allow(&[actions], &["*"])]), [""; 0]);
    }
    leads_to(
        &[&allow(
            &["iam:PassRole", "glue:CreateSession", "glue:RunStatement"],
            &["*"],
        )],
        "(pass-role-glue-session)",
    );
    leads_to(&[&allow(&["batch:SubmitJob"], &["*"])], "(submit-batch-job)");
    // A job that is named is what the policy is for.
    let own = [
        "arn:aws:batch:us-east-1:123456789012:job-queue/*",
        "arn:aws:batch:us-east-1:123456789012:job-definition/report:*",
    ];
    assert_eq!(escalations(&[&allow(&["batch:SubmitJob"], &own)]), [""; 0]);
    leads_to(&[&allow(&["sts:AssumeRole"], &["*"])], "(assume-any-role)");
}

#[test]
fn an_administrator() {
    let found = escalations(&[&allow(&["*"], &["*"])]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("admin-equivalent: "), "{found:?}");
}

#[test]
fn an_arn_for_an_action_without_resource_grants_nothing() {
    let statement = allow(
        &["ec2:DescribeSubnets", "ec2:RunInstances"],
        &["arn:aws:ec2:us-east-1:123456789012:subnet/a"],
    );
    let found = check(&[policy(&statement)], &Options::default(), Catalog::get());
    assert_eq!(rules(&found), ["ineffective-resource"]);
    assert_eq!(found[0].actions, ["ec2:DescribeSubnets"]);
}

fn deny(actions: &[&str]) -> String {
    allow(actions, &["*"]).replace("Allow", "Deny")
}

fn conditional(operator: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Action":"iam:CreatePolicyVersion","Resource":"*",
        "Condition":{{"{operator}":{{"aws:TokenIssueTime":"2020-01-01T00:00:01Z"}}}}}}"#
    )
}
