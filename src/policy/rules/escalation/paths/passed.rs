//! Paths that pass another role to a service and have it act.

use super::{ANY, PASS, Path, passing, step};

pub(super) const PATHS: &[Path] = &[
    passing(
        "pass-role-lambda",
        "makes a function with another role and calls it",
        "lambda.amazonaws.com",
        &[
            PASS,
            step("lambda:CreateFunction", ANY),
            step("lambda:InvokeFunction", ANY),
        ],
    ),
    passing(
        "pass-role-lambda-event-source",
        "makes a function with another role that a table calls",
        "lambda.amazonaws.com",
        &[
            PASS,
            step("lambda:CreateFunction", ANY),
            step("lambda:CreateEventSourceMapping", ANY),
        ],
    ),
    passing(
        "pass-role-lambda-permission",
        "makes a function with another role that anyone may call",
        "lambda.amazonaws.com",
        &[
            PASS,
            step("lambda:CreateFunction", ANY),
            step("lambda:AddPermission", ANY),
        ],
    ),
    passing(
        "pass-role-ec2",
        "starts an instance with another role",
        "ec2.amazonaws.com",
        &[PASS, step("ec2:RunInstances", ANY)],
    ),
    passing(
        "pass-role-instance-profile",
        "gives an instance another role",
        "ec2.amazonaws.com",
        &[PASS, step("ec2:AssociateIamInstanceProfile", ANY)],
    ),
    passing(
        "pass-role-replace-instance-profile",
        "gives an instance another role",
        "ec2.amazonaws.com",
        &[PASS, step("ec2:ReplaceIamInstanceProfileAssociation", ANY)],
    ),
    passing(
        "pass-role-spot",
        "starts an instance with another role",
        "ec2.amazonaws.com",
        &[PASS, step("ec2:RequestSpotInstances", ANY)],
    ),
    passing(
        "pass-role-autoscaling",
        "starts instances with another role",
        "ec2.amazonaws.com",
        &[
            PASS,
            step("autoscaling:CreateLaunchConfiguration", ANY),
            step("autoscaling:CreateAutoScalingGroup", ANY),
        ],
    ),
    passing(
        "pass-role-glue-endpoint",
        "makes a Glue endpoint with another role",
        "glue.amazonaws.com",
        &[PASS, step("glue:CreateDevEndpoint", ANY)],
    ),
    passing(
        "pass-role-glue-job",
        "runs a Glue job with another role",
        "glue.amazonaws.com",
        &[PASS, step("glue:CreateJob", ANY), step("glue:StartJobRun", ANY)],
    ),
    passing(
        "pass-role-glue-trigger",
        "has a trigger run a Glue job with another role",
        "glue.amazonaws.com",
        &[PASS, step("glue:CreateJob", ANY), step("glue:CreateTrigger", ANY)],
    ),
    passing(
        "pass-role-cloudformation",
        "makes a stack with another role",
        "cloudformation.amazonaws.com",
        &[PASS, step("cloudformation:CreateStack", ANY)],
    ),
    passing(
        "pass-role-stack-set",
        "makes stacks with another role",
        "cloudformation.amazonaws.com",
        &[
            PASS,
            step("cloudformation:CreateStackSet", ANY),
            step("cloudformation:CreateStackInstances", ANY),
        ],
    ),
    passing(
        "pass-role-datapipeline",
        "runs a pipeline with another role",
        "datapipeline.amazonaws.com",
        &[
            PASS,
            step("datapipeline:CreatePipeline", ANY),
            step("datapipeline:PutPipelineDefinition", ANY),
            step("datapipeline:ActivatePipeline", ANY),
        ],
    ),
    passing(
        "pass-role-codebuild",
        "runs a build with another role",
        "codebuild.amazonaws.com",
        &[
            PASS,
            step("codebuild:CreateProject", ANY),
            step("codebuild:StartBuild", ANY),
        ],
    ),
    passing(
        "pass-role-sagemaker-notebook",
        "makes a notebook with another role",
        "sagemaker.amazonaws.com",
        // Its lifecycle configuration runs without anybody opening it.
        &[PASS, step("sagemaker:CreateNotebookInstance", ANY)],
    ),
    passing(
        "pass-role-sagemaker-training",
        "runs a training job with another role",
        "sagemaker.amazonaws.com",
        &[PASS, step("sagemaker:CreateTrainingJob", ANY)],
    ),
    passing(
        "pass-role-sagemaker-processing",
        "runs a processing job with another role",
        "sagemaker.amazonaws.com",
        &[PASS, step("sagemaker:CreateProcessingJob", ANY)],
    ),
    passing(
        "pass-role-ecs-run",
        "runs a container with another role",
        "ecs-tasks.amazonaws.com",
        // The role and the command of a task definition that is there can be overridden.
        &[PASS, step("ecs:RunTask", ANY)],
    ),
    passing(
        "pass-role-ecs-start",
        "runs a container with another role",
        "ecs-tasks.amazonaws.com",
        &[PASS, step("ecs:StartTask", ANY)],
    ),
    passing(
        "pass-role-ecs-service",
        "runs a container with another role",
        "ecs-tasks.amazonaws.com",
        &[
            PASS,
            step("ecs:RegisterTaskDefinition", ANY),
            step("ecs:CreateService", ANY),
        ],
    ),
    passing(
        "pass-role-batch",
        "runs a batch job with another role",
        "ecs-tasks.amazonaws.com",
        &[
            PASS,
            step("batch:RegisterJobDefinition", ANY),
            step("batch:SubmitJob", ANY),
        ],
    ),
    passing(
        "pass-role-states",
        "runs a state machine with another role",
        "states.amazonaws.com",
        &[
            PASS,
            step("states:CreateStateMachine", ANY),
            step("states:StartExecution", ANY),
        ],
    ),
    passing(
        "pass-role-scheduler",
        "has a schedule act with another role",
        "scheduler.amazonaws.com",
        &[PASS, step("scheduler:CreateSchedule", ANY)],
    ),
    passing(
        "pass-role-events",
        "has a rule act with another role",
        "events.amazonaws.com",
        &[PASS, step("events:PutRule", ANY), step("events:PutTargets", ANY)],
    ),
    passing(
        "pass-role-apprunner",
        "runs a service with another role",
        "tasks.apprunner.amazonaws.com",
        &[PASS, step("apprunner:CreateService", ANY)],
    ),
    passing(
        "pass-role-ssm-automation",
        "runs an automation with another role",
        "ssm.amazonaws.com",
        &[PASS, step("ssm:StartAutomationExecution", ANY)],
    ),
    passing(
        "pass-role-emr",
        "runs a cluster with another role",
        "ec2.amazonaws.com",
        &[PASS, step("elasticmapreduce:RunJobFlow", ANY)],
    ),
    passing(
        "pass-role-emr-serverless",
        "runs a job with another role",
        "emr-serverless.amazonaws.com",
        &[
            PASS,
            step("emr-serverless:CreateApplication", ANY),
            step("emr-serverless:StartJobRun", ANY),
        ],
    ),
    passing(
        "pass-role-amplify",
        "builds an app with another role",
        "amplify.amazonaws.com",
        &[
            PASS,
            step("amplify:CreateApp", ANY),
            step("amplify:StartJob", ANY),
        ],
    ),
    passing(
        "pass-role-imagebuilder",
        "builds an image with another role",
        "ec2.amazonaws.com",
        &[
            PASS,
            step("imagebuilder:CreateInfrastructureConfiguration", ANY),
            step("imagebuilder:CreateImage", ANY),
        ],
    ),
    passing(
        "pass-role-bedrock-interpreter",
        "runs code in an interpreter with another role",
        "bedrock-agentcore.amazonaws.com",
        &[
            PASS,
            step("bedrock-agentcore:CreateCodeInterpreter", ANY),
            step("bedrock-agentcore:StartCodeInterpreterSession", ANY),
            step("bedrock-agentcore:InvokeCodeInterpreter", ANY),
        ],
    ),
    passing(
        "pass-role-gamelift",
        "runs a build with another role",
        "gamelift.amazonaws.com",
        &[
            PASS,
            step("gamelift:CreateBuild", ANY),
            step("gamelift:CreateFleet", ANY),
        ],
    ),
    passing(
        "pass-role-cognito",
        "gives visitors another role",
        "cognito-identity.amazonaws.com",
        &[PASS, step("cognito-identity:SetIdentityPoolRoles", ANY)],
    ),
];
