//! Paths that need no role to pass: changed policies, credentials of others, code that runs as somebody else.

use super::{ANY, GROUP, POLICY, Path, ROLE, USER, alone, step};

pub(super) const PATHS: &[Path] = &[
    alone(
        "create-policy-version",
        "rewrites a policy that it has",
        &[step("iam:CreatePolicyVersion", POLICY)],
    ),
    alone(
        "set-default-policy-version",
        "brings back an older, wider version of a policy",
        &[step("iam:SetDefaultPolicyVersion", POLICY)],
    ),
    alone(
        "create-access-key",
        "makes access keys of another user",
        &[step("iam:CreateAccessKey", USER)],
    ),
    alone(
        "create-login-profile",
        "gives another user a password",
        &[step("iam:CreateLoginProfile", USER)],
    ),
    alone(
        "update-login-profile",
        "changes the password of another user",
        &[step("iam:UpdateLoginProfile", USER)],
    ),
    alone(
        "attach-user-policy",
        "attaches a policy to a user",
        &[step("iam:AttachUserPolicy", USER)],
    ),
    alone(
        "attach-group-policy",
        "attaches a policy to a group",
        &[step("iam:AttachGroupPolicy", GROUP)],
    ),
    alone(
        "attach-role-policy",
        "attaches a policy to a role",
        &[step("iam:AttachRolePolicy", ROLE)],
    ),
    alone(
        "put-user-policy",
        "writes a policy into a user",
        &[step("iam:PutUserPolicy", USER)],
    ),
    alone(
        "put-group-policy",
        "writes a policy into a group",
        &[step("iam:PutGroupPolicy", GROUP)],
    ),
    alone(
        "put-role-policy",
        "writes a policy into a role",
        &[step("iam:PutRolePolicy", ROLE)],
    ),
    alone(
        "add-user-to-group",
        "joins a group",
        &[step("iam:AddUserToGroup", GROUP)],
    ),
    alone(
        "update-assume-role-policy",
        "lets itself assume another role",
        &[step("iam:UpdateAssumeRolePolicy", ROLE)],
    ),
    alone(
        "delete-role-boundary",
        "takes the boundary off a role",
        &[step("iam:DeleteRolePermissionsBoundary", ROLE)],
    ),
    alone(
        "delete-user-boundary",
        "takes the boundary off a user",
        &[step("iam:DeleteUserPermissionsBoundary", USER)],
    ),
    alone(
        "put-role-boundary",
        "replaces the boundary of a role",
        &[step("iam:PutRolePermissionsBoundary", ROLE)],
    ),
    alone(
        "put-user-boundary",
        "replaces the boundary of a user",
        &[step("iam:PutUserPermissionsBoundary", USER)],
    ),
    alone(
        "detach-role-policy",
        "takes a denying policy off a role",
        &[
            step("iam:DetachRolePolicy", ROLE),
            step("iam:AttachRolePolicy", ROLE),
        ],
    ),
    alone(
        "create-service-specific-credential",
        "makes credentials of another user for one service",
        &[step("iam:CreateServiceSpecificCredential", USER)],
    ),
    alone(
        "upload-ssh-public-key",
        "makes a key of another user for repositories",
        &[step("iam:UploadSSHPublicKey", USER)],
    ),
    alone(
        "resync-mfa",
        "replaces the second factor of another user",
        &[
            step("iam:DeactivateMFADevice", USER),
            step("iam:CreateLoginProfile", USER),
        ],
    ),
    alone(
        "update-saml-provider",
        "lets an identity provider of its own vouch for anyone",
        &[step("iam:UpdateSAMLProvider", ANY)],
    ),
    alone(
        "update-oidc-thumbprint",
        "lets an identity provider of its own vouch for anyone",
        &[step("iam:UpdateOpenIDConnectProviderThumbprint", ANY)],
    ),
    alone(
        "assume-any-role",
        "assumes any role that trusts the account",
        &[step(
            "sts:AssumeRole",
            &["arn:*:iam::????????????:role/stackproof-any-role"],
        )],
    ),
    alone(
        "update-function-code",
        "runs code of its own as the role of a function",
        &[step("lambda:UpdateFunctionCode", ANY)],
    ),
    alone(
        "update-function-configuration",
        "runs a layer of its own as the role of a function",
        &[step("lambda:UpdateFunctionConfiguration", ANY)],
    ),
    alone(
        "update-dev-endpoint",
        "logs in to a Glue endpoint and takes its role",
        &[step("glue:UpdateDevEndpoint", ANY)],
    ),
    alone(
        "update-glue-job",
        "runs a script of its own as the role of a job",
        &[step("glue:UpdateJob", ANY), step("glue:StartJobRun", ANY)],
    ),
    alone(
        "update-stack",
        "changes a stack by the stack's own role",
        &[step("cloudformation:UpdateStack", ANY)],
    ),
    alone(
        "execute-change-set",
        "changes a stack by the stack's own role",
        &[
            step("cloudformation:CreateChangeSet", ANY),
            step("cloudformation:ExecuteChangeSet", ANY),
        ],
    ),
    alone(
        "update-stack-set",
        "changes stacks of other accounts by their roles",
        &[step("cloudformation:UpdateStackSet", ANY)],
    ),
    alone(
        "update-codebuild-project",
        "runs a build of its own as the role of a project",
        &[
            step("codebuild:UpdateProject", ANY),
            step("codebuild:StartBuild", ANY),
        ],
    ),
    alone(
        "start-codebuild",
        "runs a build of its own as the role of a project",
        &[step(
            "codebuild:StartBuild",
            &["arn:*:codebuild:*:????????????:project/stackproof-any-project"],
        )],
    ),
    alone(
        "ssm-send-command",
        "runs commands as the role of an instance",
        &[step("ssm:SendCommand", &["arn:*:ec2:*:????????????:instance/*"])],
    ),
    alone(
        "ssm-start-session",
        "opens a shell as the role of an instance",
        &[step("ssm:StartSession", &["arn:*:ec2:*:????????????:instance/*"])],
    ),
    alone(
        "ec2-instance-connect",
        "opens a shell as the role of an instance",
        &[step("ec2-instance-connect:SendSSHPublicKey", ANY)],
    ),
    alone(
        "ec2-serial-console",
        "opens a console as the role of an instance",
        &[step("ec2-instance-connect:SendSerialConsoleSSHPublicKey", ANY)],
    ),
    alone(
        "modify-user-data",
        "has an instance run a script when it starts again",
        &[
            step("ec2:ModifyInstanceAttribute", ANY),
            step("ec2:StopInstances", ANY),
            step("ec2:StartInstances", ANY),
        ],
    ),
    alone(
        "presigned-notebook",
        "opens a notebook and takes its role",
        &[step("sagemaker:CreatePresignedNotebookInstanceUrl", ANY)],
    ),
    alone(
        "notebook-lifecycle",
        "has a notebook run a script when it starts again",
        &[
            step("sagemaker:CreateNotebookInstanceLifecycleConfig", ANY),
            step("sagemaker:StopNotebookInstance", ANY),
            step("sagemaker:UpdateNotebookInstance", ANY),
            step("sagemaker:StartNotebookInstance", ANY),
        ],
    ),
    alone(
        "presigned-domain",
        "opens a studio and takes its role",
        &[step("sagemaker:CreatePresignedDomainUrl", ANY)],
    ),
    alone(
        "ecs-execute-command",
        "opens a shell as the role of a task",
        &[step("ecs:ExecuteCommand", ANY)],
    ),
    alone(
        "apprunner-update",
        "runs an image of its own as the role of a service",
        &[step("apprunner:UpdateService", ANY)],
    ),
    alone(
        "bedrock-interpreter",
        "runs code as the role of a code interpreter",
        &[
            step("bedrock-agentcore:StartCodeInterpreterSession", ANY),
            step("bedrock-agentcore:InvokeCodeInterpreter", ANY),
        ],
    ),
    alone(
        "sso-permission-set",
        "gives itself a wider permission set",
        &[
            step("sso:PutInlinePolicyToPermissionSet", ANY),
            step("sso:ProvisionPermissionSet", ANY),
        ],
    ),
    alone(
        "sso-account-assignment",
        "assigns itself an account",
        &[step("sso:CreateAccountAssignment", ANY)],
    ),
];
