//! Paths through services that run code for their users: builds, deployments, agents, analytics.

use super::{ANY, PASS, Path, alone, passing, step};

pub(super) const PATHS: &[Path] = &[
    alone(
        "change-launch-template",
        "has new instances run a script of its own as their role",
        &[
            step("ec2:CreateLaunchTemplateVersion", ANY),
            step("ec2:ModifyLaunchTemplate", ANY),
        ],
    ),
    alone(
        "start-codebuild-batch",
        "runs a batch of builds of its own as the role of a project",
        &[step(
            "codebuild:StartBuildBatch",
            &["arn:*:codebuild:*:????????????:project/stackproof-any-project"],
        )],
    ),
    alone(
        "codedeploy-revision",
        "deploys code of its own to instances and takes their role",
        &[
            step("codedeploy:RegisterApplicationRevision", ANY),
            step("codedeploy:CreateDeployment", ANY),
        ],
    ),
    alone(
        "update-glue-job-trigger",
        "has a trigger run a script of its own as the role of a job",
        &[step("glue:UpdateJob", ANY), step("glue:CreateTrigger", ANY)],
    ),
    alone(
        "agent-runtime-command",
        "runs commands as the role of an agent",
        &[step("bedrock-agentcore:InvokeAgentRuntimeCommand", ANY)],
    ),
    alone(
        "agent-browser",
        "drives a browser that has the role of an agent",
        &[
            step("bedrock-agentcore:StartBrowserSession", ANY),
            step("bedrock-agentcore:ConnectBrowserAutomationStream", ANY),
        ],
    ),
    alone(
        "submit-batch-job",
        "runs a command of its own as the role of a batch job",
        // The command of a job definition that is there can be overridden.
        &[step(
            "batch:SubmitJob",
            &["arn:*:batch:*:????????????:job-definition/stackproof-any-job*"],
        )],
    ),
    passing(
        "pass-role-glue-session",
        "runs statements in a session with another role",
        "glue.amazonaws.com",
        &[
            PASS,
            step("glue:CreateSession", ANY),
            step("glue:RunStatement", ANY),
        ],
    ),
    passing(
        "pass-role-codebuild-batch",
        "runs a batch of builds with another role",
        "codebuild.amazonaws.com",
        &[
            PASS,
            step("codebuild:CreateProject", ANY),
            step("codebuild:StartBuildBatch", ANY),
        ],
    ),
    passing(
        "pass-role-agent-runtime",
        "makes an agent with another role",
        "bedrock-agentcore.amazonaws.com",
        &[
            PASS,
            step("bedrock-agentcore:CreateAgentRuntime", ANY),
            step("bedrock-agentcore:InvokeAgentRuntimeCommand", ANY),
        ],
    ),
    passing(
        "pass-role-agent-browser",
        "makes a browser with another role",
        "bedrock-agentcore.amazonaws.com",
        &[
            PASS,
            step("bedrock-agentcore:CreateBrowser", ANY),
            step("bedrock-agentcore:StartBrowserSession", ANY),
            step("bedrock-agentcore:ConnectBrowserAutomationStream", ANY),
        ],
    ),
    passing(
        "pass-role-braket",
        "runs a job with another role",
        "braket.amazonaws.com",
        &[PASS, step("braket:CreateJob", ANY)],
    ),
    passing(
        "pass-role-omics",
        "runs a workflow with another role",
        "omics.amazonaws.com",
        &[
            PASS,
            step("omics:CreateWorkflow", ANY),
            step("omics:StartRun", ANY),
        ],
    ),
    passing(
        "pass-role-kinesisanalytics",
        "runs an analytics application with another role",
        "kinesisanalytics.amazonaws.com",
        &[
            PASS,
            step("kinesisanalytics:CreateApplication", ANY),
            step("kinesisanalytics:StartApplication", ANY),
        ],
    ),
];
